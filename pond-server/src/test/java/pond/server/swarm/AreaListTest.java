package pond.server.swarm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lists of areas as agents write them. */
class AreaListTest {
    @Test
    void aListMayStandInAnObjectOrByItself() {
        String bare =
                "[{\"title\":\"a\",\"globs\":[\"x/**\",\"y\"],\"why\":\"w\"},{\"key\":\"k\",\"title\":\"b\",\"more\":1}]";
        AreaList list = read(bare, 8);

        assertThat(list.areas())
                .containsExactly(new Area("0", "a", List.of("x/**", "y"), "w"), new Area("k", "b", List.of(), ""));
        assertThat(list.leftOut()).isEmpty();
        assertThat(read("{\"areas\":" + bare + ",\"more\":[]}", 8)).isEqualTo(list);
    }

    @Test
    void whatIsTooManyIsNamed() {
        AreaList list = read("[{\"title\":\"a\"},{\"key\":\"b\",\"title\":\"b\"},{\"title\":\"c\"}]", 1);
        assertThat(list.areas()).extracting(Area::key).containsExactly("0");
        assertThat(list.leftOut()).containsExactly("b", "2");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | must be a list of areas",
                "null | must be a list of areas",
                "{} | must be a list of areas",
                "{`areas`:{}} | must be a list of areas",
                "[] | lists no areas",
                "[{`title`:`a`} | is not JSON at line 1, column",
                "[] x | is not JSON at line 1, column",
                "[{`title`:`a`,`title`:`b`}] | is not JSON at line 1, column",
                "[7] | an object in areas[0]",
                "[{`title`:`a`},{}] | areas[1].title",
                "[{`title`:` `}] | no title in areas[0]",
                "[{`title`:7}] | areas[0].title",
                "[{`title`:`a`,`key`:7}] | areas[0].key",
                "[{`title`:`a`,`key`:`a b`}] | a key in areas[0]",
                "[{`title`:`a`,`key`:``}] | a key in areas[0]",
                "[{`title`:`a`,`key`:`../x`}] | a key in areas[0]",
                "[{`title`:`a`,`key`:`k`},{`title`:`b`,`key`:`k`}] | areas[0] and areas[1] the same key 'k'",
                "[{`title`:`a`,`key`:`1`},{`title`:`b`}] | areas[0] and areas[1] the same key '1'",
                "[{`title`:`a`,`globs`:`x`}] | areas[0].globs",
                "[{`title`:`a`,`globs`:[1]}] | areas[0].globs[0]",
                "[{`title`:`a`,`why`:[]}] | areas[0].why"
            },
            quoteCharacter = '\0')
    void whatIsNoListOfAreasIsNamedWithItsPlace(String json, String message) {
        String text = json.equals("''") ? "" : json.replace('`', '"');
        FanOutException refused = catchThrowableOfType(FanOutException.class, () -> read(text, 8));
        assertThat(refused).isNotNull();
        assertThat(refused.failure().code()).isEqualTo("areas_invalid");
        assertThat(refused.failure().message())
                .startsWith("artifact 'areas.json' ")
                .contains(message);
    }

    @Test
    void theLineOfABrokenListIsTold() {
        FanOutException refused =
                catchThrowableOfType(FanOutException.class, () -> read("[\n{\"title\":\n\"a\" \"b\"}]", 8));
        assertThat(refused.failure().message()).contains("line 3, column 5");
    }

    @Test
    void anAreaCannotMakeAPromptWithoutBound() {
        AreaPrompt prompt = new AreaPrompt("{{WHY}}".repeat(1_000));
        Area small = new Area("a", "t", List.of(), "w".repeat(2_000));
        prompt.check(List.of(small));
        assertThat(prompt.fill(small)).hasSize(2_000_000);

        FanOutException refused = catchThrowableOfType(
                FanOutException.class,
                () -> prompt.check(List.of(small, new Area("b", "t", List.of(), "w".repeat(16_000)))));
        assertThat(refused.failure().code()).isEqualTo("areas_invalid");
        assertThat(refused.failure().message()).contains("'b'");
    }

    private static AreaList read(String json, int maxAreas) {
        return AreaList.read("areas.json", json.getBytes(StandardCharsets.UTF_8), maxAreas);
    }
}
