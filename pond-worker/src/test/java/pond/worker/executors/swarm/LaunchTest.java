package pond.worker.executors.swarm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pond.common.definition.Budget;
import pond.common.protocol.Invocation;
import pond.common.swarm.HarnessSpec;
import pond.common.swarm.HarnessSpec.HarnessFile;
import pond.common.swarm.ModelSpec;
import pond.common.swarm.OutputRule;
import pond.common.swarm.RateCard;

class LaunchTest {
    @TempDir
    private Path home = Path.of("");

    @Test
    void everyTextIsFilledInOnePass() throws Exception {
        Launch launch = launch(
                List.of("agent", "-m", "{{MODEL}}", "{{PROMPT}}"),
                new HarnessFile(
                        ".agent/config",
                        "{\"url\":\"{{BROKER_URL}}/v1\",\"key\":\"{{DUMMY_KEY}}\",\"p\":\"{{PROMPT}}\"}"));

        launch.layOut(home);

        assertThat(launch.command()).containsExactly("agent", "-m", "{{DUMMY_KEY}}", "say {{MODEL}}");
        assertThat(launch.input()).isEmpty();
        assertThat(launch.env()).containsExactly(Map.entry("URL", "http://here"));
        assertThat(home.resolve(".agent/config"))
                .hasContent("{\"url\":\"http://here/v1\",\"key\":\"dummy\",\"p\":\"{{PROMPT}}\"}");
    }

    @Test
    void withoutAPlaceForItThePromptIsTheInput() throws Exception {
        assertThat(launch(List.of("agent")).input()).isEqualTo("say {{MODEL}}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../x", "/etc/x", "~/x", "a/../../x", ""})
    void aFileOutsideOfHomeIsRefused(String path) throws Exception {
        Launch launch = launch(List.of("agent"), new HarnessFile(path, "x"));

        assertThatThrownBy(() -> launch.layOut(home))
                .isInstanceOfSatisfying(
                        SwarmFailure.class,
                        failure -> assertThat(failure.code()).isEqualTo("harness_invalid"));
        assertThat(home).isEmptyDirectory();
    }

    /** The name of its model looks like a placeholder. */
    private static Launch launch(List<String> command, HarnessFile... files) throws SwarmFailure {
        HarnessSpec harness = new HarnessSpec(
                "h", "H", "harness.h", command, List.of(files), Map.of("URL", "{{BROKER_URL}}"), OutputRule.TEXT);
        ModelSpec model = new ModelSpec("m", "M", "openai", "{{DUMMY_KEY}}", "c", new RateCard(0, 0, null, null));
        return new Launch(new Invocation(harness, model, "say {{MODEL}}", Budget.UNLIMITED), "http://here", "dummy");
    }
}
