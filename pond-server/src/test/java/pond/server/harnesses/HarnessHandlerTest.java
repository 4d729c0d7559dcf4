package pond.server.harnesses;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.testing.TestRegistry.json;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.common.json.Json;
import pond.common.swarm.HarnessSpec;
import pond.testing.TestRegistry;

class HarnessHandlerTest {
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
    void aHarnessIsMadeShownReplacedFoundAndDeleted() {
        JsonNode made = json(201, registry.post("harnesses", body("agent")));
        json(200, registry.post("harnesses", body("other-agent")));
        JsonNode now = json(200, registry.get("harnesses/mine"));
        JsonNode listed = json(200, registry.get("harnesses")).at("/harnesses/0");

        assertThat(made.path("capability").asText()).isEqualTo("harness.mine");
        assertThat(now.at("/command_template/0").asText()).isEqualTo("other-agent");
        assertThat(now.at("/files/0/content").asText()).isEqualTo("{{SECRET:TOKEN}}");
        assertThat(now.path("output").toString()).isEqualTo("{\"json\":\"result\"}");
        assertThat(now.path("preset").isNull()).isTrue();
        assertThat(listed.at("/files/0/path").asText()).isEqualTo(".agent/key");
        assertThat(listed.at("/files/0").has("content")).isFalse();
        HarnessSpec spec = registry.harnesses.find("mine").orElseThrow();
        assertThat(Json.read(Json.write(spec), HarnessSpec.class)).as("frozen").isEqualTo(spec);

        assertThat(registry.delete("harnesses/mine").statusCode()).isEqualTo(204);
        assertThat(registry.get("harnesses/mine").statusCode()).isEqualTo(404);
        assertThat(registry.harnesses.exists("mine")).isFalse();
    }

    @Test
    void aPresetIsRegisteredUnderItsNameOrAnother() {
        JsonNode first = json(201, registry.post("harnesses/from-preset", "{\"preset\":\"codex-brokered\"}"));
        JsonNode second =
                json(201, registry.post("harnesses/from-preset", "{\"preset\":\"codex-brokered\",\"key\":\"codex\"}"));

        assertThat(first.path("key").asText()).isEqualTo("codex-brokered");
        assertThat(second.path("key").asText()).isEqualTo("codex");
        assertThat(second.path("capability").asText()).isEqualTo("harness.codex");
        assertThat(second.path("preset").asText()).isEqualTo("codex-brokered");
        assertThat(json(200, registry.get("harness-presets")).path("presets"))
                .hasSize(Presets.names().size());
    }

    @Test
    void aPresetThatIsNoneIsRefusedWithAllThatThereAre() {
        JsonNode answer = json(
                422, registry.post("harnesses/from-preset", "{\"preset\":\"../codex\",\"key\":\"a b\",\"typo\":1}"));

        assertThat(answer.path("problems").findValuesAsText("field"))
                .containsExactlyInAnyOrder("preset", "key", "typo");
        assertThat(answer.toString()).contains("claude-brokered");
        json(422, registry.post("harnesses/from-preset", "{}"));
    }

    @Test
    void whatBreaksTheRulesIsRefusedWhole() {
        JsonNode answer = json(
                422,
                registry.post(
                        "harnesses",
                        "{\"key\":\"mine\",\"command_template\":[],\"files\":[{\"path\":\"../x\",\"content\":\"{{WHAT}}\"}]}"));

        assertThat(answer.path("problems").findValuesAsText("field"))
                .containsExactlyInAnyOrder("command_template", "files[0].path", "files[0].content");
        assertThat(json(200, registry.get("harnesses")).path("harnesses")).isEmpty();
    }

    private static String body(String program) {
        return "{\"key\":\"mine\",\"command_template\":[\"" + program + "\",\"--model\",\"{{MODEL}}\"],"
                + "\"files\":[{\"path\":\".agent/key\",\"content\":\"{{SECRET:TOKEN}}\"}],\"output\":{\"json\":\"result\"}}";
    }
}
