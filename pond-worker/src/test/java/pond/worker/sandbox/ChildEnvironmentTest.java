package pond.worker.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChildEnvironmentTest {
    private final ChildEnvironment empty = ChildEnvironment.of(new JobMark("worker-1", "abc"));

    @Test
    void holdsTheMarkAndWhatWasAddedInOrder() {
        Map<String, String> declared = new LinkedHashMap<>();
        declared.put("ZEBRA", "1");
        declared.put("ANT", "2");

        assertThat(empty.with("PATH", "/bin")
                        .withStage(declared)
                        .with("PATH", "/usr/bin")
                        .variables())
                .containsExactly(
                        Map.entry("POND_JOB_MARK", "worker-1.abc"),
                        Map.entry("PATH", "/usr/bin"),
                        Map.entry("ZEBRA", "1"),
                        Map.entry("ANT", "2"));
    }

    @Test
    void addingLeavesTheFormerEnvironmentAlone() {
        ChildEnvironment more = empty.with("A", "1");

        assertThat(empty.variables()).containsOnlyKeys("POND_JOB_MARK");
        assertThatThrownBy(() -> more.variables().put("B", "2")).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void stageCannotSetWhatIsPonds() {
        assertThat(empty.with("POND_RUN_ID", "7").variables()).containsEntry("POND_RUN_ID", "7");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> empty.withStage(Map.of("POND_RUN_ID", "8")))
                .withMessage("env cannot set 'POND_RUN_ID': names with POND_ are pond's own");
        assertThatIllegalArgumentException().isThrownBy(() -> empty.with("POND_JOB_MARK", "other.1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "A=B", "=", "A\0B"})
    void refusesNamesThatAreNone(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> empty.with(name, "value"));
        assertThatIllegalArgumentException().isThrownBy(() -> empty.withStage(Map.of(name, "value")));
    }

    @Test
    void refusesNulInValuesAndArguments() {
        assertThatIllegalArgumentException().isThrownBy(() -> empty.with("A", "x\0POND_RUN_ID=1"));
        assertThatIllegalArgumentException().isThrownBy(() -> new Command(List.of("echo", "\0"), Path.of("/"), empty));
        assertThatIllegalArgumentException().isThrownBy(() -> new Command(List.of(), Path.of("/"), empty));
    }

    @Test
    void marksOfAWorkerDifferAndNeverContainADot() {
        assertThat(JobMark.next("w")).isNotEqualTo(JobMark.next("w"));
        assertThatIllegalArgumentException().isThrownBy(() -> JobMark.next("a.b"));
        assertThatIllegalArgumentException().isThrownBy(() -> JobMark.next(""));
    }
}
