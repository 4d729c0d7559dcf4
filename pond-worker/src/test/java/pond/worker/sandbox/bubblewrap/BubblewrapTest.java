package pond.worker.sandbox.bubblewrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import pond.common.definition.SandboxProfile;
import pond.common.definition.SandboxSpec;
import pond.worker.sandbox.ChildEnvironment;
import pond.worker.sandbox.Command;
import pond.worker.sandbox.Ended;
import pond.worker.sandbox.ExitStatus;
import pond.worker.sandbox.bubblewrap.TestStage.Setup;

/** Commands in real sandboxes: their output, their end, and what they leave. */
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BubblewrapTest {
    private static final SandboxProfile READ = SandboxProfile.UNTRUSTED_CODE_READ;
    private static final SandboxProfile WRITE = SandboxProfile.UNTRUSTED_CODE_WRITE;

    private TestMachine machine;

    @BeforeAll
    void open() throws Exception {
        machine = TestMachine.open();
    }

    @AfterAll
    void close() throws IOException {
        machine.close();
    }

    @Test
    void thisMachineRunsSandboxes() {
        assertThat(machine.bubblewrap.state())
                .isInstanceOfSatisfying(
                        Probe.Capabilities.class,
                        held -> assertThat(held.words()).containsExactly("sandbox.bubblewrap"));
    }

    @ParameterizedTest
    @EnumSource(value = SandboxProfile.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void aCommandRunsInItsCheckoutAndItsEndIsTold(SandboxProfile profile) throws Exception {
        TestStage stage = start(profile, "pwd; echo $HOME; echo oops >&2; id -un; exit 7");

        Ended ended = stage.end();

        assertThat(stage.stdout()).containsExactly("/stage/src", "/home/agent", "agent");
        assertThat(stage.stderr()).containsExactly("oops");
        assertThat(ended.status()).isEqualTo(new ExitStatus.Exited(7));
        assertThat(ended.killConfirmed()).isTrue();
        assertThat(stage.process().limits()).anyMatch(words -> words.startsWith("pids "));
        assertThat(machine.state.resolve("sandbox/starts")).isEmptyDirectory();
    }

    @Test
    void aSignalIsTold() throws Exception {
        assertThat(start(READ, "kill -SEGV $$").end().status()).isEqualTo(new ExitStatus.Signalled(11));
    }

    @Test
    void whatIsLeftInTheOutputFolderCanBeRead() throws Exception {
        TestStage stage = start(READ, "echo result >/stage/out/file");

        stage.end();

        assertThat(stage.folders.output().resolve("file")).hasContent("result");
    }

    @Test
    void aProgramThatIsNotThereDidNotStart() throws Exception {
        TestStage stage =
                TestStage.start(machine.bubblewrap, machine.state, Setup.of(READ), List.of("no-such-program"));

        assertThat(stage.end().status()).isEqualTo(new ExitStatus.CouldNotStart("program not found"));
        assertThat(stage.stderr()).isEmpty();
    }

    @Test
    void aSandboxThatCannotBeSetUpIsNoExitCode() throws Exception {
        TestStage held = start(READ, "true");
        held.end();
        Path gone = held.folders.output();
        BubblewrapSandbox sandbox = machine.bubblewrap.sandbox(
                SandboxPolicy.of(
                        new SandboxSpec(READ, null, null, List.of(), null), new SandboxPolicy.Enforcement(false, true)),
                held.folders);
        Files.delete(gone);
        List<String> lines = new CopyOnWriteArrayList<>();

        ConfinedProcess process = sandbox.start(
                new Command(List.of("true"), Path.of("/"), ChildEnvironment.of(held.mark)),
                (stream, line) -> lines.add(line));
        Ended ended = process.await(Duration.ofMinutes(1)).orElseThrow();

        assertThat(ended.status())
                .isInstanceOfSatisfying(
                        ExitStatus.CouldNotStart.class,
                        start -> assertThat(start.reason())
                                .startsWith("sandbox_unreachable: ")
                                .doesNotContain(machine.state.toString()));
        assertThat(lines).isEmpty();
    }

    @Test
    void aTrapHasItsGrace() throws Exception {
        TestStage stage = start(WRITE, "trap 'echo bye; exit 42' TERM; echo started; while :; do sleep 0.05; done");
        await().atMost(30, TimeUnit.SECONDS).until(() -> stage.stdout().contains("started"));

        stage.process().stop(Duration.ofSeconds(30));

        Ended ended = stage.end();
        assertThat(ended.status()).isEqualTo(new ExitStatus.Exited(42));
        assertThat(ended.stopped()).isTrue();
        assertThat(stage.stdout()).contains("bye");
    }

    @Test
    void whoIgnoresTheSignalIsKilledWithAllItsProcesses() throws Exception {
        TestStage stage = start(
                READ,
                "trap '' TERM; for i in $(seq 50); do setsid sleep 1000 & done; echo started; while :; do sleep 1; done");
        await().atMost(30, TimeUnit.SECONDS).until(() -> stage.stdout().contains("started"));

        stage.process().stop(Duration.ofMillis(100));

        assertThat(stage.end().killConfirmed()).isTrue();
        assertThat(marked(stage)).isEmpty();
    }

    @Test
    void aDaemonThatHoldsTheOutputEndsWithTheCommand() throws Exception {
        TestStage stage = start(READ, "setsid sleep 1000 & (setsid sh -c 'sleep 1000 & sleep 1000' &); echo done");

        Ended ended = stage.end();

        assertThat(ended.output().complete()).isTrue();
        assertThat(ended.killConfirmed()).isTrue();
        assertThat(marked(stage)).isEmpty();
    }

    @Test
    void aSandboxOutlivesTheThreadThatAskedForIt() throws Exception {
        CompletableFuture<TestStage> started = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                TestStage stage = start(READ, "echo on; sleep 1; echo still here");
                // Not before it has begun: what it dies by is armed only then.
                await().atMost(30, TimeUnit.SECONDS).until(() -> stage.stdout().contains("on"));
                started.complete(stage);
            } catch (Exception e) {
                started.completeExceptionally(e);
            }
        });
        thread.start();
        thread.join(30_000);
        TestStage stage = started.get(30, TimeUnit.SECONDS);

        assertThat(stage.end().status()).isEqualTo(new ExitStatus.Exited(0));
        assertThat(stage.stdout()).containsExactly("on", "still here");
    }

    @Test
    void aPlantedLibraryDoesNotReachTheProgramsThatSetLimits() throws Exception {
        TestStage stage = TestStage.start(
                machine.bubblewrap,
                machine.state,
                Setup.of(WRITE).with(Map.of("LD_PRELOAD", "/stage/src/no.so", "LANGUAGE", "xx", "IFS", "a")),
                List.of("sh", "-c", "echo $LD_PRELOAD $LANGUAGE; env | grep -c LATE"));
        TestStage once = TestStage.start(
                machine.bubblewrap,
                machine.state,
                Setup.of(WRITE).with(Map.of("LD_PRELOAD", "/stage/src/no.so")),
                List.of("/bin/true"));

        stage.end();
        once.end();

        assertThat(stage.stdout()).containsExactly("/stage/src/no.so xx", "0");
        // The loader complains once for each program that is given the library: here the stage's own, and no other.
        assertThat(once.stderr()).hasSize(1).allMatch(line -> line.startsWith("ERROR: ld.so"));
    }

    @Test
    void trustedCodeKnowsTheHostsNames() throws Exception {
        TestStage stage = start(SandboxProfile.TRUSTED_CODE, "cat /etc/hosts; echo more >file; cat file");

        stage.end();

        assertThat(stage.stdout())
                .containsAll(Files.readAllLines(Path.of("/etc/hosts")))
                .contains("more");
    }

    @Test
    void aSandboxIsRefusedWhereTheFolderIsNotTheWorkers() throws Exception {
        TestStage stage = start(READ, "true");
        stage.end();
        StageFolders folders = stage.folders;
        Path elsewhere = Files.createTempDirectory("pond-elsewhere-");
        try {
            Files.delete(folders.inputs());
            Files.createSymbolicLink(folders.inputs(), elsewhere);

            assertThatThrownBy(() -> machine.bubblewrap.sandbox(
                            SandboxPolicy.trusted(new SandboxPolicy.Enforcement(false, false)), folders))
                    .isInstanceOf(SandboxRefusedException.class);
        } finally {
            Files.delete(elsewhere);
        }
    }

    private TestStage start(SandboxProfile profile, String script) throws Exception {
        return TestStage.start(machine.bubblewrap, machine.state, profile, script);
    }

    private static List<Long> marked(TestStage stage) {
        return Marked.alive(stage.mark.toString());
    }
}
