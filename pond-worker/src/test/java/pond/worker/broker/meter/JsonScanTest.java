package pond.worker.broker.meter;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pond.common.json.Json;

class JsonScanTest {
    private static final Set<String> PATHS = Set.of("a", "b.a", "b.c.a");

    @Property(tries = 500)
    void findsWhatAParserFindsHoweverItIsCut(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        String json = Json.lenient().writerWithDefaultPrettyPrinter().writeValueAsString(object(random, 0));
        JsonNode tree = Json.readTree(json);
        JsonScan scan = scan(json, 1 + random.nextInt(9));

        assertThat(scan.complete()).isTrue();
        for (String path : PATHS) {
            JsonNode expected = tree.at("/" + path.replace('.', '/'));
            assertThat(scan.found(path).isPresent()).isEqualTo(!expected.isMissingNode());
            scan.found(path).ifPresent(found -> {
                assertThat(Json.readTree(found.json())).isEqualTo(expected);
                byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
                int length = (int) (found.end() - found.start());
                assertThat(new String(bytes, (int) found.start(), length, StandardCharsets.UTF_8))
                        .isEqualTo(found.json());
            });
        }
    }

    @Test
    void ofSeveralTheLastCountsAndTheyAreCounted() {
        JsonScan scan = scan("{\"a\":1,\"\\u0061\":2,\"x\":[{\"a\":3}]}", 3);

        assertThat(scan.found("a")).hasValueSatisfying(found -> {
            assertThat(found.json()).isEqualTo("2");
            assertThat(found.times()).isEqualTo(2);
        });
    }

    @Test
    void anArrayAtTheRootCountsAsNothing() {
        assertThat(scan("[{\"a\":1},\n{\"a\":{\"z\":2}}]", 4).node("a")).contains(Json.readTree("{\"z\":2}"));
    }

    @Test
    void aValueTooLongIsNamedButNotKept() {
        JsonScan scan = scan("{\"a\":\"" + "x".repeat(JsonScan.MAX_VALUE) + "\",\"b\":{\"a\":7}}", 1000);

        assertThat(scan.node("a")).isEmpty();
        assertThat(scan.found("a")).isPresent();
        assertThat(scan.node("b.a")).contains(Json.readTree("7"));
    }

    @Test
    void keysMatchInAnyCaseWhenToldSo() {
        JsonScan scan = new JsonScan(Set.of("model"), Set.of(), true);
        byte[] bytes = "{\"MoDeL\":\"x\"}".getBytes(StandardCharsets.UTF_8);
        scan.feed(bytes, 0, bytes.length);

        assertThat(scan.text("model")).contains("x");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "}", "{\"a\":", "{\"a\":{\"b", "]]]]", "{\"a\\q\":1}", "nonsense", "\"\\"})
    void whatIsNoJsonIsNotComplete(String text) {
        JsonScan scan = scan(text, 1);

        assertThat(scan.complete()).isFalse();
        assertThat(scan.node("a")).isEmpty();
    }

    @Test
    void deepNestingCostsNothingAndLosesNothing() {
        JsonScan scan = scan("{\"x\":" + "[{\"a\":".repeat(100_000) + "1" + "}]".repeat(100_000) + ",\"a\":5}", 4096);

        assertThat(scan.complete()).isTrue();
        assertThat(scan.node("a")).contains(Json.readTree("5"));
    }

    private static JsonScan scan(String json, int step) {
        JsonScan scan = new JsonScan(PATHS, Set.of(), false);
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        for (int at = 0; at < bytes.length; at += step) {
            scan.feed(bytes, at, Math.min(step, bytes.length - at));
        }
        return scan;
    }

    private static Map<String, @Nullable Object> object(Random random, int depth) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        for (int i = random.nextInt(5); i > 0; i--) {
            object.put(List.of("a", "b", "c", "d\"\\{", "ü").get(random.nextInt(5)), value(random, depth + 1));
        }
        return object;
    }

    private static @Nullable Object value(Random random, int depth) {
        return switch (depth > 5 ? random.nextInt(5) : random.nextInt(8)) {
            case 0 -> random.nextInt();
            case 1 -> random.nextBoolean();
            case 2 -> null;
            case 3 -> "quote \" slash \\ brace {[]},: grüße 🦆";
            case 4 -> random.nextDouble();
            case 5 -> new ArrayList<>(List.of(object(random, depth), "a", 1));
            default -> object(random, depth);
        };
    }
}
