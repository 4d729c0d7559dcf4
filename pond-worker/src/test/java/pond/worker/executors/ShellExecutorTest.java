package pond.worker.executors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import pond.common.definition.ExecutorSpec;
import pond.common.definition.SandboxProfile;
import pond.common.definition.SandboxSpec;
import pond.common.protocol.Outcome;
import pond.common.protocol.Receipt;
import pond.worker.sandbox.BareSandbox;

@Timeout(60)
final class ShellExecutorTest {
    @TempDir
    Path temp = Path.of("");

    private final ShellExecutor executor = new ShellExecutor(new BareSandbox(), "test-worker");

    @Test
    void aCommandRunsInTheCheckoutAndItsLinesAreLogged() throws Exception {
        TestContext context = sh("pwd; echo oops >&2; cat file.txt");
        Files.writeString(context.checkout().resolve("file.txt"), "from the checkout\n");

        Executor.Execution execution = executor.execute(context);

        assertThat(execution.outcome()).isEqualTo(Outcome.done(0));
        assertThat(context.lines)
                .contains("stdout: " + context.checkout().toRealPath(), "stdout: from the checkout", "stderr: oops");
        Receipt receipt = execution.receipt();
        assertThat(receipt.confinement().profile()).isNull();
        assertThat(receipt.confinement().effective()).isEqualTo("plain");
        assertThat(receipt.output().lines()).isEqualTo(3);
        assertThat(receipt.output().bytes()).isGreaterThan(20);
    }

    @Test
    void theEnvironmentIsWhatIsPromisedAndNothingElse() throws Exception {
        TestContext context = context(List.of("/usr/bin/env"), Map.of("GREETING", "hi = there", "LANG", "C"), null);

        executor.execute(context);

        List<String> variables = context.lines.stream()
                .filter(line -> line.startsWith("stdout: "))
                .map(line -> line.substring("stdout: ".length()))
                .filter(line -> !line.startsWith("POND_JOB_MARK="))
                .toList();
        assertThat(variables)
                .containsExactlyInAnyOrder(
                        "POND_RUN_ID=" + TestContext.RUN,
                        "POND_STAGE=build",
                        "POND_ATTEMPT=2",
                        "POND_PROJECT_ID=project one",
                        "POND_OUTPUT_DIR=" + context.output(),
                        "POND_INPUT_DIR=" + context.inputs(),
                        "POND_INPUTS_BY_STAGE=" + context.inputsByStage(),
                        "CI=true",
                        "HOME=" + context.home(),
                        "TMPDIR=" + context.temp(),
                        "PATH=" + ShellExecutor.PATH,
                        "LANG=C",
                        "GREETING=hi = there");
    }

    @Test
    void aSubstageIsNamedWhereThereIsOne() throws Exception {
        ExecutorSpec shell = new ExecutorSpec.Shell(List.of("/usr/bin/env"), Map.of(), List.of(), null);
        TestContext context = new TestContext(temp, shell, "area-1");

        executor.execute(context);

        assertThat(context.lines).contains("stdout: POND_SUBSTAGE=area-1");
    }

    @Test
    void argumentsReachTheCommandAsTheyStand() throws Exception {
        TestContext context = context(List.of("printf", "%s\\n", "a b", "$HOME", "", "*", "ż"), Map.of(), null);

        executor.execute(context);

        assertThat(context.lines)
                .containsSubsequence("stdout: a b", "stdout: $HOME", "stdout: ", "stdout: *", "stdout: ż");
    }

    @Test
    void anExitCodeIsAFailureWithThatCode() throws Exception {
        Outcome outcome = executor.execute(sh("exit 3")).outcome();

        assertThat(outcome).isEqualTo(Outcome.failed("exit_code", "exited with 3", 3));
    }

    @Test
    void aSignalIsNamed() throws Exception {
        Outcome outcome = executor.execute(sh("kill -SEGV $$")).outcome();

        assertThat(outcome).isEqualTo(Outcome.failed("killed", "killed by SIGSEGV", null));
    }

    @Test
    void aProgramThatIsNotThereIsNamedAndNothingOfTheMachineIs() throws Exception {
        TestContext context = context(List.of("no-such-program", "x"), Map.of(), null);

        Outcome outcome = executor.execute(context).outcome();

        assertThat(outcome.error()).isNotNull();
        assertThat(outcome.error().code()).isEqualTo("start_failed");
        assertThat(outcome.error().message()).contains("'no-such-program'").doesNotContain(temp.toString());
        assertThat(outcome.killConfirmed()).isTrue();
    }

    @Test
    void aReservedVariableDoesNotStart() throws Exception {
        TestContext context = context(List.of("true"), Map.of("POND_STAGE", "mine"), null);

        Outcome outcome = executor.execute(context).outcome();

        assertThat(outcome.error()).isNotNull();
        assertThat(outcome.error().code()).isEqualTo("start_failed");
        assertThat(outcome.error().message()).contains("POND_STAGE");
    }

    @Test
    void theSignalEndsTheCommandAndItsChildren() throws Exception {
        TestContext context = sh("sleep 300 & echo $! > $POND_OUTPUT_DIR/pid; echo started; exec sleep 300");
        CompletableFuture<Executor.Execution> running = start(context);
        await().atMost(20, TimeUnit.SECONDS).until(() -> context.lines.contains("stdout: started"));

        context.stop().stop(StopReason.CANCEL);

        Outcome outcome = running.get(30, TimeUnit.SECONDS).outcome();
        assertThat(outcome.killConfirmed()).isTrue();
        assertThat(outcome.error()).isNotNull();
        assertThat(outcome.error().code()).isEqualTo("killed");
        assertThat(isAlive(context)).isFalse();
    }

    @Test
    void aStageThatIsStoppedBeforeItsStartStartsNothing() throws Exception {
        TestContext context = sh("touch $POND_OUTPUT_DIR/ran");
        context.stop().stop(StopReason.CANCEL);

        assertThat(executor.execute(context).outcome()).isEqualTo(Outcome.cancelled());
        assertThat(context.output()).isEmptyDirectory();
    }

    @Test
    void aDaemonThatHoldsTheOutputIsKilledAndCounted() throws Exception {
        TestContext context = sh("setsid sleep 300 & echo $! > $POND_OUTPUT_DIR/pid; echo done");

        Executor.Execution execution = executor.execute(context);

        assertThat(execution.outcome()).isEqualTo(Outcome.done(0));
        assertThat(execution.receipt().survivors()).isEqualTo(1);
        assertThat(context.lines).contains("system: 1 processes outlived the command and were killed");
        assertThat(isAlive(context)).isFalse();
    }

    @ParameterizedTest
    @EnumSource(value = SandboxProfile.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void aProfileThatIsAskedForNeverDegrades(SandboxProfile profile) throws Exception {
        TestContext context = context(List.of("touch", "ran"), Map.of(), profile);

        Executor.Execution execution = executor.execute(context);

        assertThat(execution.outcome().error()).isNotNull();
        assertThat(execution.outcome().error().code()).isEqualTo("sandbox_unavailable");
        assertThat(execution.receipt().confinement().profile()).isEqualTo(profile.toString());
        assertThat(execution.receipt().confinement().effective()).isNull();
        assertThat(temp).isEmptyDirectory();
    }

    @Test
    void theProfileNoneRunsPlain() throws Exception {
        Executor.Execution execution = executor.execute(context(List.of("true"), Map.of(), SandboxProfile.NONE));

        assertThat(execution.outcome()).isEqualTo(Outcome.done(0));
        assertThat(execution.receipt().confinement().profile()).isEqualTo("none");
        assertThat(execution.receipt().confinement().effective()).isEqualTo("plain");
    }

    private CompletableFuture<Executor.Execution> start(TestContext context) {
        CompletableFuture<Executor.Execution> result = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        result.complete(executor.execute(context));
                    } catch (IOException | InterruptedException e) {
                        result.completeExceptionally(e);
                    }
                },
                "pond-test-shell");
        thread.setDaemon(true);
        thread.start();
        return result;
    }

    private static boolean isAlive(TestContext context) throws IOException {
        String pid = Files.readString(context.output().resolve("pid")).strip();
        try {
            // Killed, but not yet taken note of by whoever has inherited it, it is a zombie: proc(5).
            return !Files.readString(Path.of("/proc", pid, "stat")).contains(") Z ");
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    @Test
    void secretVariablesAreMaskedByTheirNamesAndCounted() throws Exception {
        TestContext context = context(
                List.of("sh", "-c", "echo $NPM_TOKEN $npm_api_key $TOKENIZER $SECRET_NAME $PIN_TOKEN"),
                Map.of(
                        "NPM_TOKEN", "abc-123-xyz",
                        "npm_api_key", "def-456-uvw",
                        "TOKENIZER", "sentencepiece",
                        "SECRET_NAME", "production",
                        "PIN_TOKEN", "1234"),
                null);

        Executor.Execution execution = executor.execute(context);

        assertThat(context.lines).containsExactly("stdout: *** *** sentencepiece production 1234");
        assertThat(execution.receipt().output().masked()).isEqualTo(2);
    }

    @Test
    void aSecretInAFailureIsMasked() throws Exception {
        TestContext context = context(List.of("abc-123-xyz"), Map.of("MY_PASSWORD", "abc-123-xyz"), null);

        Outcome outcome = executor.execute(context).outcome();

        assertThat(outcome.error()).isNotNull();
        assertThat(String.valueOf(outcome.error())).contains("'***'").doesNotContain("abc-123");
    }

    private TestContext sh(String script) {
        return context(List.of("sh", "-c", script), Map.of(), null);
    }

    private TestContext context(List<String> argv, Map<String, String> env, @Nullable SandboxProfile profile) {
        SandboxSpec sandbox = profile == null ? null : new SandboxSpec(profile, null, null, List.of(), null);
        return new TestContext(temp, new ExecutorSpec.Shell(argv, env, List.of(), sandbox));
    }
}
