package pond.worker.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.worker.sandbox.Shell.Run;

class GuardianTest {
    private static final Duration SOON = Duration.ofSeconds(5);
    private static final String WORKER =
            "guardian-test-" + ProcessHandle.current().pid();

    @TempDir
    Path directory;

    private final BareSandbox sandbox = new BareSandbox();

    @AfterEach
    void leaveNothingBehind() {
        sandbox.close();
        sandbox.sweep(WORKER);
    }

    /** In the session without the mark, in another session with it, deaf, stopped, and in a group of its own. */
    @Test
    void whatAKilledWorkerRanIsGoneWithinSeconds() throws Exception {
        Process worker = worker("""
                echo $$
                env -i /bin/sleep 300 & echo $!
                (setsid sh -c 'trap "" TERM HUP; echo $$; while :; do sleep 1; done' &)
                (setsid sh -c 'echo $$; kill -STOP $$; sleep 300' &)
                env -i /usr/bin/timeout 300 /bin/sleep 300 & echo $!
                wait""");
        List<Long> pids = new ArrayList<>();
        try (BufferedReader out = worker.inputReader(StandardCharsets.UTF_8)) {
            while (pids.size() < 5) {
                pids.add(Long.valueOf(out.readLine()));
            }
            assertThat(pids).allMatch(Processes::alive);

            worker.destroyForcibly();

            await().atMost(SOON).until(() -> pids.stream().noneMatch(Processes::alive));
        }
        assertThat(Processes.withEnvironment("POND_JOB_MARK=" + WORKER)).isEmpty();
        await().atMost(SOON).until(() -> guardiansOf(worker.pid()).isEmpty());
    }

    @Test
    void aGuardianThatIsKilledIsReplacedAndKnowsWhatRuns() throws Exception {
        Run run = shell().start("sleep 300");
        long first = guardian();
        // One that dies young is not replaced before the next command, so that nothing spins.
        await().pollDelay(Duration.ofMillis(1100)).until(() -> Processes.alive(first));
        ProcessHandle.of(first).ifPresent(ProcessHandle::destroyForcibly);
        await().atMost(SOON).until(() -> guardiansOf(self()).stream().anyMatch(pid -> pid != first));

        sandbox.close();

        assertThat(run.end().status()).isEqualTo(new ExitStatus.Signalled(9));
    }

    @Test
    void aGuardianThatDiesYoungIsReplacedWithTheNextCommand() throws Exception {
        shell().start("true").end();
        long first = guardian();
        ProcessHandle.of(first).ifPresent(ProcessHandle::destroyForcibly);
        await().atMost(SOON).until(() -> !Processes.alive(first));

        await().atMost(SOON).until(() -> {
            shell().start("true").end();
            return guardiansOf(self()).stream().anyMatch(pid -> pid != first);
        });
    }

    @Test
    void whatHasEndedIsForgottenAndOthersAreSpared() throws Exception {
        Run spared = new Shell(new BareSandbox(), directory, WORKER).start("sleep 300");
        List<Long> others = guardiansOf(self());
        shell().start("true").end();
        List<Long> guardians = new ArrayList<>(guardiansOf(self()));
        guardians.removeAll(others);
        assertThat(guardians).hasSize(1);

        sandbox.close();

        await().atMost(SOON).until(() -> !Processes.alive(guardians.get(0)));
        assertThat(spared.marked()).isNotEmpty();
        assertThat(spared.stop(Duration.ZERO).killConfirmed()).isTrue();
    }

    private Shell shell() {
        return new Shell(sandbox, directory, WORKER);
    }

    private static long self() {
        return ProcessHandle.current().pid();
    }

    /** The youngest, and not by its number, which begins anew some day: other tests of this JVM have left theirs. */
    private static long guardian() {
        return guardiansOf(self()).stream()
                .max(Comparator.comparing(GuardianTest::startedAt))
                .orElseThrow();
    }

    private static Instant startedAt(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().startInstant())
                .orElse(Instant.EPOCH);
    }

    private static List<Long> guardiansOf(long parent) {
        return ProcessHandle.allProcesses()
                .filter(process ->
                        process.parent().filter(p -> p.pid() == parent).isPresent())
                .filter(process -> process.info().arguments().stream()
                        .flatMap(Stream::of)
                        .toList()
                        .contains("pond-guardian"))
                .map(ProcessHandle::pid)
                .filter(Processes::alive)
                .toList();
    }

    private static Process worker(String script) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return new ProcessBuilder(
                        java,
                        "-cp",
                        System.getProperty("java.class.path"),
                        StageOfAKilledWorker.class.getName(),
                        WORKER,
                        script)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }
}
