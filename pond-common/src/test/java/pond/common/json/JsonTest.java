package pond.common.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    private record Point(int x, int y) {}

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"x\":1,\"x\":2}",
                "{\"a\":{\"x\":1,\"x\":1}}",
                "{} {}",
                "{}x",
                "",
                "{",
                "NaN",
                "{'x':1}",
                "{\"x\":01}",
                "[1,]",
                "// c\n{}"
            })
    void theStrictMapperRefusesWhatIsNotOnePlainValue(String json) {
        if (json.isEmpty()) {
            assertThatThrownBy(() -> Json.strict().readValue(json, JsonNode.class))
                    .isInstanceOf(JsonProcessingException.class);
        } else {
            assertThatThrownBy(() -> Json.strict().readTree(json)).isInstanceOf(JsonProcessingException.class);
        }
    }

    @Test
    void nestingIsBounded() throws Exception {
        assertThat(Json.strict().readTree("[".repeat(64) + "]".repeat(64))).isNotEmpty();
        assertThatThrownBy(() -> Json.strict().readTree("[".repeat(65) + "]".repeat(65)))
                .isInstanceOf(JsonProcessingException.class);
        assertThatThrownBy(() -> Json.lenient().readTree("[".repeat(100_000)))
                .isInstanceOf(JsonProcessingException.class);
    }

    @Test
    void unknownFieldsAreRefusedOrIgnored() throws Exception {
        String json = "{\"x\":1,\"y\":2,\"z\":3}";

        assertThat(Json.lenient().readValue(json, Point.class)).isEqualTo(new Point(1, 2));
        assertThatThrownBy(() -> Json.strict().readValue(json, Point.class))
                .isInstanceOf(JsonProcessingException.class)
                .hasMessageContaining("\"z\"");
    }

    @ParameterizedTest
    @CsvSource({
        "2026-08-24T10:00:00Z, 2026-08-24T10:00:00.000Z",
        "2026-08-24T10:00:00.100Z, 2026-08-24T10:00:00.100Z",
        "2026-08-24T10:00:00.123456789Z, 2026-08-24T10:00:00.123Z",
        "1970-01-01T00:00:00Z, 1970-01-01T00:00:00.000Z",
    })
    void timesHaveThreeDigitsOfASecond(Instant instant, String written) {
        assertThat(Json.write(instant)).isEqualTo('"' + written + '"');
        assertThat(Json.read('"' + written + '"', Instant.class)).isEqualTo(Instant.parse(written));
        assertThat(Json.write(Map.of("at", List.of(instant)))).contains(written);
    }

    @ParameterizedTest
    @CsvSource({"PT30S", "PT10M", "PT0S", "PT168H", "PT0.25S", "PT1H30M5S"})
    void spansAreIso8601(Duration span) {
        assertThat(Json.write(span)).isEqualTo('"' + span.toString() + '"');
        assertThat(Json.read(Json.write(span), Duration.class)).isEqualTo(span);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.10", "1E+400", "0.1234567890123456789", "123456789012345678901234567890", "-0.5", "1"})
    void numbersKeepEveryDigit(String number) throws Exception {
        JsonNode node = Json.strict().readTree(number);

        assertThat(node.decimalValue()).isEqualTo(new BigDecimal(number));
        assertThat(Json.write(node)).isEqualTo(number);
        assertThat(Json.write(Json.readTree(Json.write(node)))).isEqualTo(number);
    }

    @Test
    void theCanonicalFormKnowsNoWhiteSpaceAndNoOrderOfFields() throws Exception {
        JsonNode one = Json.strict().readTree("{ \"b\": [ {\"y\":1, \"x\":null} ], \"a\": \"ä\" }");
        JsonNode other = Json.strict().readTree("{\"a\":\"\\u00e4\",\"b\":[{\"x\":null,\"y\":1}]}");
        JsonNode different = Json.strict().readTree("{\"a\":\"ä\",\"b\":[{\"y\":1}]}");

        assertThat(Json.canonical(one)).isEqualTo("{\"a\":\"ä\",\"b\":[{\"x\":null,\"y\":1}]}");
        assertThat(Json.canonical(other)).isEqualTo(Json.canonical(one));
        assertThat(Json.canonical(different)).isNotEqualTo(Json.canonical(one));
    }

    @Test
    void storedTextThatIsDamagedIsAnErrorAndNotNull() {
        assertThatThrownBy(() -> Json.read("{\"x\":", Point.class)).isInstanceOf(UncheckedIOException.class);
    }
}
