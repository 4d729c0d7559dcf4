package pond.worker.executors;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import pond.common.definition.ExecutorSpec;
import pond.common.definition.SandboxProfile;
import pond.common.definition.SandboxSpec;
import pond.common.definition.SandboxSpec.Overrides;
import pond.common.protocol.Outcome;
import pond.worker.sandbox.BareSandbox;
import pond.worker.sandbox.bubblewrap.Bubblewrap;
import pond.worker.sandbox.bubblewrap.SandboxSettings;

/** Shell stages in real sandboxes, as a worker runs them. */
@Timeout(120)
class ConfinedShellTest {
    @TempDir
    private Path temp = Path.of("");

    private Bubblewrap bubblewrap;
    private ShellExecutor executor;

    @BeforeEach
    void open() throws Exception {
        // A worker that is root runs its stages as another user, who must get here.
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwx--x--x"));
        bubblewrap = Bubblewrap.open(SandboxSettings.of(temp, "test-worker"));
        executor = new ShellExecutor(new BareSandbox(), "test-worker", StageSandboxes.of(bubblewrap));
    }

    @AfterEach
    void close() {
        bubblewrap.close();
    }

    @Test
    void aStageThatSaysNothingRunsAsTrustedCode() throws Exception {
        TestContext context = sh("pwd; cat file.txt; echo made >made; echo result >$POND_OUTPUT_DIR/result", null);
        Files.writeString(context.checkout().resolve("file.txt"), "from the checkout\n");

        Executor.Execution execution = executor.execute(context);

        assertThat(execution.outcome()).isEqualTo(Outcome.done(0));
        assertThat(context.lines).containsExactly("stdout: /stage/src", "stdout: from the checkout");
        assertThat(context.output().resolve("result")).hasContent("result");
        assertThat(context.checkout().resolve("made")).hasContent("made");
        assertThat(execution.receipt().confinement().profile()).isNull();
        assertThat(execution.receipt().confinement().effective()).isEqualTo("trusted-code");
        assertThat(execution.receipt().confinement().backend()).isEqualTo("bubblewrap");
        assertThat(execution.receipt().confinement().limits()).contains("pids 4096 (rlimit)");
    }

    @Test
    void theVariablesAreThoseOfTheInside() throws Exception {
        TestContext context = new TestContext(
                temp, new ExecutorSpec.Shell(List.of("/usr/bin/env"), Map.of("GREETING", "hi"), List.of(), null));

        executor.execute(context);

        assertThat(context.lines.stream()
                        .filter(line -> line.startsWith("stdout: "))
                        .map(line -> line.substring("stdout: ".length()))
                        .filter(line -> !line.startsWith("POND_JOB_MARK=")))
                .containsExactlyInAnyOrder(
                        "POND_RUN_ID=" + TestContext.RUN,
                        "POND_STAGE=build",
                        "POND_ATTEMPT=2",
                        "POND_PROJECT_ID=project one",
                        "POND_OUTPUT_DIR=/stage/out",
                        "POND_INPUT_DIR=/stage/in",
                        "POND_INPUTS_BY_STAGE=/stage/in-by-stage",
                        "CI=true",
                        "HOME=/home/agent",
                        "TMPDIR=/tmp",
                        "PATH=" + ShellExecutor.PATH,
                        "LANG=C.UTF-8",
                        "PWD=/stage/src",
                        "USER=agent",
                        "SHELL=/bin/sh",
                        "GIT_CONFIG_COUNT=1",
                        "GIT_CONFIG_KEY_0=safe.directory",
                        "GIT_CONFIG_VALUE_0=*",
                        "GREETING=hi");
    }

    @Test
    void aReadProfileCannotWriteItsCheckoutAndReadsItsInputs() throws Exception {
        TestContext context = sh(
                "cat $POND_INPUT_DIR/input; touch x 2>/dev/null || echo no",
                new SandboxSpec(SandboxProfile.UNTRUSTED_CODE_READ, null, null, List.of(), null));
        Path input = Files.writeString(context.inputs().resolve("input"), "of an earlier stage\n");
        Files.setPosixFilePermissions(input, PosixFilePermissions.fromString("r--r--r--"));

        Executor.Execution execution = executor.execute(context);

        assertThat(context.lines).containsExactly("stdout: of an earlier stage", "stdout: no");
        assertThat(execution.receipt().confinement().profile()).isEqualTo("untrusted-code-read");
        assertThat(execution.receipt().confinement().effective()).isEqualTo("untrusted-code-read");
    }

    @Test
    void whatThisBackendDoesNotHaveIsRefusedAndNothingRuns() throws Exception {
        Overrides image = new Overrides(null, null, null, null, "debian:12");

        assertRefused(new SandboxSpec(SandboxProfile.TRUSTED_CODE, null, null, List.of(), image), "sandbox_invalid");
        assertRefused(
                new SandboxSpec(SandboxProfile.TRUSTED_CODE, null, "gvisor", List.of(), null), "sandbox_unavailable");
        assertRefused(
                new SandboxSpec(SandboxProfile.UNTRUSTED_CODE_WRITE, null, null, List.of("git.example.com"), null),
                "sandbox_unavailable");
    }

    @Test
    void aStageOverItsMemoryIsKilledAndSaysSo() throws Exception {
        Overrides small = new Overrides("64m", null, null, null, null);
        TestContext hog = new TestContext(
                temp,
                new ExecutorSpec.Shell(
                        List.of("dd", "if=/dev/zero", "of=/dev/null", "bs=200M"),
                        Map.of(),
                        List.of(),
                        new SandboxSpec(SandboxProfile.UNTRUSTED_CODE_READ, null, null, List.of(), small)));

        Executor.Execution execution = executor.execute(hog);

        assertThat(execution.outcome().error()).isNotNull();
        assertThat(execution.outcome().error().code()).isEqualTo("killed");
        assertThat(execution.outcome().error().message()).isEqualTo("it used more than its 64m of memory");
        assertThat(execution.outcome().killConfirmed()).isTrue();
    }

    @Test
    void aProgramThatIsNotThereIsNamed() throws Exception {
        TestContext context =
                new TestContext(temp, new ExecutorSpec.Shell(List.of("no-such-program"), Map.of(), List.of(), null));

        Outcome outcome = executor.execute(context).outcome();

        assertThat(outcome.error()).isNotNull();
        assertThat(outcome.error().code()).isEqualTo("start_failed");
        assertThat(outcome.error().message()).contains("'no-such-program'", "not found");
    }

    @Test
    void aWorkerThatRunsNothingPlainRefusesWhatAsksForNone() throws Exception {
        ShellExecutor strict = new ShellExecutor(
                new BareSandbox(), "test-worker", new StageSandboxes(Optional.of(bubblewrap), Optional.empty(), false));

        Outcome outcome = strict.execute(sh("true", new SandboxSpec(SandboxProfile.NONE, null, null, List.of(), null)))
                .outcome();

        assertThat(outcome.error()).isNotNull();
        assertThat(outcome.error().code()).isEqualTo("sandbox_required");
    }

    @Test
    void theProfileNoneRunsPlain() throws Exception {
        TestContext context = sh("pwd", new SandboxSpec(SandboxProfile.NONE, null, null, List.of(), null));

        Executor.Execution execution = executor.execute(context);

        assertThat(execution.receipt().confinement().effective()).isEqualTo("plain");
        assertThat(context.lines).doesNotContain("stdout: /stage/src");
    }

    private void assertRefused(SandboxSpec block, String code) throws IOException, InterruptedException {
        TestContext context = sh("echo ran", block);

        Executor.Execution execution = executor.execute(context);

        assertThat(execution.outcome().error()).isNotNull();
        assertThat(execution.outcome().error().code()).isEqualTo(code);
        assertThat(execution.receipt().confinement().effective()).isNull();
        assertThat(context.lines).isEmpty();
    }

    private TestContext sh(String script, @Nullable SandboxSpec block) {
        return new TestContext(temp, new ExecutorSpec.Shell(List.of("sh", "-c", script), Map.of(), List.of(), block));
    }
}
