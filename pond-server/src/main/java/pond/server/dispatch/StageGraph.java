package pond.server.dispatch;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import pond.server.stages.Stage;

/** Questions about which stage comes before which. Pure. */
final class StageGraph {
    private StageGraph() {}

    static Stage at(List<Stage> stages, int position) {
        return stages.stream()
                .filter(stage -> stage.position() == position)
                .findFirst()
                .orElseThrow();
    }

    /** The keys of the stages before one, nearest first: those whose artifacts it may read. */
    static List<String> ancestors(List<Stage> all, Stage stage) {
        Set<Integer> found = new LinkedHashSet<>();
        Deque<Integer> next = new ArrayDeque<>(stage.plan().predecessors());
        while (!next.isEmpty()) {
            int position = next.removeFirst();
            if (found.add(position)) {
                next.addAll(at(all, position).plan().predecessors());
            }
        }
        return found.stream().map(position -> at(all, position).plan().key()).toList();
    }
}
