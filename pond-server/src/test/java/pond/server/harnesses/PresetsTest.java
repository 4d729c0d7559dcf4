package pond.server.harnesses;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import pond.common.json.Json;
import pond.common.swarm.HarnessSpec;
import pond.common.swarm.HarnessSpec.HarnessFile;

class PresetsTest {
    static List<String> names() {
        return Presets.names();
    }

    /** {@link Presets#find} refuses what breaks the rules of harnesses. */
    @ParameterizedTest
    @MethodSource("names")
    void everyPresetPassesTheRulesAndUsesTheBrokerAlone(String name) {
        HarnessSpec spec = Presets.find(name).orElseThrow();

        String texts = String.join("\n", spec.commandTemplate())
                + spec.env()
                + spec.files().stream().map(HarnessFile::content).toList();
        assertThat(texts).contains("{{MODEL}}", "{{BROKER_URL}}", "{{DUMMY_KEY}}");
        assertThat(texts).doesNotContain("{{BROKER_URL}}/v1/v1", "https://");
        assertThat(spec.secrets()).isEmpty();
        assertThat(spec.capability()).matches("harness\\.[a-z]+");
        assertThat(name).startsWith(spec.capability().substring("harness.".length()) + "-brokered");
    }

    @ParameterizedTest
    @MethodSource("names")
    void filesThatAreJsonAreJson(String name) {
        for (HarnessFile file : Presets.find(name).orElseThrow().files()) {
            if (file.path().endsWith(".json")) {
                assertThat(Json.readTree(file.content()).isObject())
                        .as(file.path())
                        .isTrue();
            }
        }
    }

    @Test
    void everyFileOfTheFolderIsListed() throws IOException {
        Path folder = Path.of("src/main/resources/presets");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString().replace(".json", "")))
                    .containsExactlyInAnyOrderElementsOf(Presets.names());
        }
        assertThat(Presets.names()).isSorted();
        assertThat(Presets.find("../docs/swarm")).isEmpty();
    }
}
