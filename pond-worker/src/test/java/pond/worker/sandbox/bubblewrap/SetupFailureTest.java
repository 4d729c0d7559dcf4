package pond.worker.sandbox.bubblewrap;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pond.worker.sandbox.OutputSink.Stream;

class SetupFailureTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bwrap: setting up uid map: Permission denied | sandbox_apparmor | bwrap-userns-restrict",
                "bwrap: loopback: Failed RTM_NEWADDR: Operation not permitted | sandbox_apparmor | userns",
                "bwrap: No permissions to create new namespace, likely because the kernel does not allow | sandbox_no_userns"
                        + " | on the host",
                "bwrap: Creating new namespace failed: No space left on device | sandbox_no_userns | max_user_namespaces",
                "bwrap: setting up uid map: Operation not permitted | sandbox_stripped_root | ordinary user",
                "bwrap: Failed to make / slave: Permission denied | sandbox_no_mounts | container",
                "bwrap: Unknown option --disable-userns | sandbox_backend_too_old | 0.8",
                "bwrap: Can't find source path /secret/place: Permission denied | sandbox_unreachable | /var/lib",
                "mount: /secret/merged: wrong fs type, bad option, bad superblock | sandbox_no_overlay | restart the worker",
                "unshare: write failed /proc/self/uid_map: Operation not permitted | sandbox_no_overlay | restart the worker",
                "bwrap: something new | sandbox_setup_failed | doctor"
            })
    void eachKnownWordOfTheToolHasARemedy(String line, String code, String remedy) {
        Probe.Unavailable failure = SetupFailure.read(line);

        assertThat(failure.code()).isEqualTo(code);
        assertThat(failure.remedy()).contains(remedy);
        assertThat(failure.text()).doesNotContain("/secret");
    }

    @Test
    void aFirstLineOfTheToolIsKeptBackUntilTheStageSpeaks() {
        List<String> lines = new ArrayList<>();
        StderrGate gate = new StderrGate((stream, text) -> lines.add(text));

        gate.line(Stream.STDERR, "bwrap: Can't find source path /secret/place");
        gate.line(Stream.STDOUT, "out");
        assertThat(lines).containsExactly("out");
        gate.line(Stream.STDERR, "second");

        assertThat(lines).containsExactly("out", "bwrap: Can't find source path /secret/place", "second");
        assertThat(gate.take()).isEmpty();
    }

    @Test
    void aComplaintOfTwoLinesIsKeptBackWhole() {
        List<String> lines = new ArrayList<>();
        StderrGate gate = new StderrGate((stream, text) -> lines.add(text));

        gate.line(Stream.STDERR, "mount: /secret/place: wrong fs type");
        gate.line(Stream.STDERR, "       dmesg(1) may have more information after failed mount system call.");

        assertThat(lines).isEmpty();
        assertThat(gate.take())
                .hasValueSatisfying(
                        text -> assertThat(text).startsWith("mount: ").contains("dmesg"));
    }

    @Test
    void aLaterLineOfTheSameFormPasses() {
        List<String> lines = new ArrayList<>();
        StderrGate gate = new StderrGate((stream, text) -> lines.add(text));

        gate.line(Stream.STDERR, "first");
        gate.line(Stream.STDERR, "bwrap: not the tool");

        assertThat(lines).containsExactly("first", "bwrap: not the tool");
    }
}
