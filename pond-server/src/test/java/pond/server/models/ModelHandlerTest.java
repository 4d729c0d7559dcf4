package pond.server.models;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.testing.TestRegistry.json;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import pond.common.json.Json;
import pond.common.swarm.ModelSpec;
import pond.common.swarm.RateCard;
import pond.testing.TestRegistry;

class ModelHandlerTest {
    @TempDir
    private Path folder;

    private TestRegistry registry;

    @BeforeEach
    void start() {
        registry = new TestRegistry(folder);
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    @Test
    void aModelIsMadeShownReplacedFoundAndDeleted() {
        JsonNode made = json(201, registry.post("models", body("\"3\"", "15.5", ",\"cache_read_cost_per_mtok\":0.3")));
        json(200, registry.post("models", body("2.50", "\"10\"", "")));
        JsonNode now = json(200, registry.get("models/vendor/m-1:large"));

        assertThat(made.path("input_cost_per_mtok").toString()).isEqualTo("3");
        assertThat(made.path("output_cost_per_mtok").toString()).isEqualTo("15.5");
        assertThat(made.path("cache_read_cost_per_mtok").toString()).isEqualTo("0.3");
        assertThat(made.path("cache_write_cost_per_mtok").isNull()).isTrue();
        assertThat(now.path("input_cost_per_mtok").toString()).isEqualTo("2.5");
        assertThat(now.path("cache_read_cost_per_mtok").isNull()).isTrue();
        assertThat(json(200, registry.get("models")).at("/models/0")).isEqualTo(now);
        ModelSpec spec = registry.models.find("vendor/m-1:large").orElseThrow();
        assertThat(spec.rates()).isEqualTo(new RateCard(2_500_000, 10_000_000, null, null));
        assertThat(Json.read(Json.write(spec), ModelSpec.class)).as("frozen").isEqualTo(spec);

        assertThat(registry.delete("models/vendor/m-1:large").statusCode()).isEqualTo(204);
        assertThat(registry.models.find("vendor/m-1:large")).isEmpty();
        assertThat(registry.delete("models/vendor/m-1:large").statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "0.000001, 0.000001",
        "1000000, 1000000",
        "20, 20",
        "0.1000000000, 0.1",
        "1e2, 100",
        "'\"0.000001\"', 0.000001",
        "'\"007.10\"', 7.1"
    })
    void aPriceKeepsItsDigits(String price, String shown) {
        JsonNode model = json(201, registry.post("models", body(price, "0", "")));

        assertThat(model.path("input_cost_per_mtok").toString()).isEqualTo(shown);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-1",
                "0.0000001",
                "1000000.000001",
                "1e999999",
                "1e-999999999",
                "\"\"",
                "\"1,5\"",
                "\"-1\"",
                "\"1e2\"",
                "\" 1\"",
                "true",
                "[]",
                "\"0.0000001\""
            })
    void whatIsNoPriceIsRefused(String price) {
        JsonNode answer = json(422, registry.post("models", body(price, "1", "")));

        assertThat(answer.path("problems")).hasSize(1);
        assertThat(answer.at("/problems/0/field").asText()).isEqualTo("input_cost_per_mtok");
    }

    @Test
    void allMistakesAreReportedAtOnce() {
        JsonNode answer = json(
                422,
                registry.post(
                        "models",
                        "{\"key\":\"a b\",\"provider\":\"X\",\"model_id\":\"a\\\"b\",\"credential_name\":\"/\",\"price\":1}"));

        assertThat(answer.path("problems").findValuesAsText("field"))
                .containsExactly(
                        "key",
                        "provider",
                        "model_id",
                        "credential_name",
                        "input_cost_per_mtok",
                        "output_cost_per_mtok",
                        "price");
        assertThat(json(422, registry.post("models", "[]")).path("problems")).hasSize(1);
        assertThat(registry.get("models/../x").statusCode()).isEqualTo(404);
    }

    private static String body(String input, String output, String more) {
        return "{\"key\":\"vendor/m-1:large\",\"provider\":\"anthropic\",\"model_id\":\"m-1\",\"credential_name\":\"c\","
                + "\"input_cost_per_mtok\":" + input + ",\"output_cost_per_mtok\":" + output + more + "}";
    }
}
