package pond.common.definition;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class StageOrderTest {
    private final StageOrder diamond = order("abcde", "ab", "ac", "bd", "cd");

    @Test
    void predecessorsAreTheDirectOnes() {
        assertThat(diamond.predecessors("d")).containsExactly("b", "c");
        assertThat(diamond.predecessors("a")).isEmpty();
        assertThat(diamond.predecessors("e")).isEmpty();
    }

    @Test
    void ancestorsComeNearestFirst() {
        assertThat(diamond.ancestors("d")).containsExactly("b", "c", "a");
        assertThat(order("abcd", "ab", "bc", "cd", "ad").ancestors("d")).containsExactly("c", "a", "b");
        assertThat(diamond.ancestors("e")).isEmpty();
    }

    @Test
    void cyclesAreWalkedInTheDirectionOfTheEdges() {
        assertThat(diamond.cycle()).isEmpty();
        assertThat(order("ab", "ab", "ab").cycle()).isEmpty();
        assertThat(order("a", "aa").cycle()).contains(List.of("a", "a"));
        assertThat(order("abc", "ab", "bc", "cb").cycle()).contains(List.of("b", "c", "b"));
        // d waits for the cycle and is no part of it.
        assertThat(order("dabc", "ab", "bc", "ca", "cd").cycle()).contains(List.of("c", "a", "b", "c"));
    }

    @Property
    void aCycleIsFoundExactlyWhenThereIsOne(@ForAll @Size(max = 14) List<@IntRange(max = 48) Integer> numbers) {
        List<Edge> edges =
                numbers.stream().map(n -> new Edge("" + n / 7, "" + n % 7)).toList();
        List<String> keys = IntStream.range(0, 7).mapToObj(Integer::toString).toList();
        StageOrder order = new StageOrder(keys, edges);

        boolean someoneIsItsOwnAncestor =
                keys.stream().anyMatch(key -> order.ancestors(key).contains(key));

        assertThat(order.cycle().isPresent()).isEqualTo(someoneIsItsOwnAncestor);
        order.cycle().ifPresent(cycle -> {
            assertThat(cycle.get(0)).isEqualTo(cycle.get(cycle.size() - 1));
            for (int i = 1; i < cycle.size(); i++) {
                assertThat(edges).contains(new Edge(cycle.get(i - 1), cycle.get(i)));
            }
        });
    }

    private static StageOrder order(String keys, String... edges) {
        List<Edge> list = new ArrayList<>();
        for (String edge : edges) {
            list.add(new Edge(edge.substring(0, 1), edge.substring(1)));
        }
        return new StageOrder(keys.chars().mapToObj(Character::toString).toList(), list);
    }
}
