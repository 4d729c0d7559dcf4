package pond.worker.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pond.worker.sandbox.ExitStatus.Exited;
import pond.worker.sandbox.ExitStatus.Signalled;
import pond.worker.sandbox.Shell.Run;

class ProcessKillTest {
    private static final Duration LONG_GRACE = Duration.ofSeconds(30);
    private static final Duration SHORT_GRACE = Duration.ofMillis(300);

    @TempDir
    Path directory;

    private Sandbox sandbox;
    private Shell shell;

    @BeforeEach
    void openShell() {
        sandbox = new BareSandbox(directory);
        shell = new Shell(sandbox, directory, "process-kill-test");
    }

    @AfterEach
    void leaveNothingBehind() {
        sandbox.sweep("process-kill-test");
    }

    @Test
    void stopGivesTheWholeTreeTimeToEndByItself() throws Exception {
        // The youngest is asked first: the wait may be over before the shell is asked, which must not end it by then.
        Run run =
                shell.start("trap 'echo bye; exit 5' TERM; sleep 300 & echo ready; wait; while :; do sleep 0.05; done");
        awaitLine(run, "ready");
        Ended ended = run.stop(LONG_GRACE);

        assertThat(ended.status()).isEqualTo(new Exited(5));
        assertThat(ended.stopped()).isTrue();
        assertThat(ended.killConfirmed()).isTrue();
        assertThat(run.stdout()).contains("bye");
        assertThat(run.marked()).isEmpty();
    }

    @Test
    void whatIgnoresTheRequestIsKilledAfterTheGrace() throws Exception {
        Run run =
                shell.start("trap '' TERM; sh -c 'while :; do sleep 1; done' & echo ready; while :; do sleep 1; done");
        awaitLine(run, "ready");
        Ended ended = run.stop(SHORT_GRACE);

        assertThat(ended.status()).isEqualTo(new Signalled(9));
        assertThat(ended.cleanup().leftovers()).isPositive();
        assertThat(ended.killConfirmed()).isTrue();
        assertThat(run.marked()).isEmpty();
    }

    @Test
    void leftoversGetTheGraceTooWhenTheMainProcessEndsAtOnce() throws Exception {
        Run run = shell.start("""
                sh -c 'trap "sleep 0.5; echo cleaned up; exit" TERM; echo ready; while :; do sleep 0.1; done' &
                wait""");
        awaitLine(run, "ready");
        Ended ended = run.stop(LONG_GRACE);

        assertThat(ended.status()).isEqualTo(new Signalled(15));
        assertThat(run.stdout()).contains("cleaned up");
        assertThat(ended.cleanup()).isEqualTo(new Ended.Cleanup(0, 0));
    }

    @Test
    void secondStopCutsTheGraceShort() throws Exception {
        Run run = shell.start("trap '' TERM; echo ready; while :; do sleep 1; done");
        awaitLine(run, "ready");
        run.process().stop(Duration.ofDays(100_000));
        Ended ended = run.stop(Duration.ZERO);

        assertThat(ended.status()).isEqualTo(new Signalled(9));
        assertThat(ended.killConfirmed()).isTrue();
    }

    /** A program's leftovers: in its session, daemonised, without our mark but in its session, stopped. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "sleep 300 >/dev/null 2>&1 &",
                "(setsid sh -c 'sleep 300 & sleep 300' >/dev/null 2>&1 &)",
                "(setsid sh -c 'trap \"\" TERM HUP INT; while :; do sleep 1; done' >/dev/null 2>&1 &)",
                "(env -i /bin/sleep 300 >/dev/null 2>&1 &)",
                "sh -c 'kill -STOP $$; sleep 300' >/dev/null 2>&1 &",
                "(setsid sh -c 'kill -STOP $$; sleep 300' >/dev/null 2>&1 &)",
            })
    void leftoversDieWhenTheProgramEnds(String background) throws Exception {
        Run run = shell.start(background + "\n sleep 0.2; exit 4");
        Ended ended = run.end();

        assertThat(ended.status()).isEqualTo(new Exited(4));
        assertThat(ended.stopped()).isFalse();
        assertThat(ended.cleanup().leftovers()).isPositive();
        assertThat(ended.killConfirmed()).isTrue();
        assertThat(run.marked()).isEmpty();
    }

    @RepeatedTest(20)
    void daemonLeftAtTheVeryLastMomentDies() throws Exception {
        Run run = shell.start("(setsid sleep 300 >/dev/null 2>&1 &)");

        assertThat(run.end().killConfirmed()).isTrue();
        assertThat(run.marked()).isEmpty();
    }

    @Test
    void leftoversOfALongerProgramDieToo() throws Exception {
        Run run = shell.start("(setsid sleep 300 >/dev/null 2>&1 &) ; sleep 1.2");
        Ended ended = run.end();

        assertThat(ended.cleanup().leftovers()).isEqualTo(1);
        assertThat(run.marked()).isEmpty();
    }

    @Test
    void unmarkedProcessInTheSessionIsReallyGone() throws Exception {
        Run run = shell.start("env -i /bin/sleep 300 >/dev/null 2>&1 & echo $!");
        Ended ended = run.end();

        assertThat(ended.cleanup().leftovers()).isEqualTo(1);
        long pid = Long.parseLong(run.stdout().get(0));
        await().atMost(Duration.ofSeconds(10)).until(() -> !Processes.alive(pid));
    }

    @Test
    void unmarkedDescendantInAnotherSessionIsStoppedWithItsParents() throws Exception {
        Run run = shell.start("trap 'exit 0' TERM; env -i setsid -w sh -c 'echo $$; sleep 300; :' & wait");
        await().atMost(Shell.PATIENCE).until(() -> !run.stdout().isEmpty());
        run.stop(LONG_GRACE);

        long pid = Long.parseLong(run.stdout().get(0));
        await().atMost(Duration.ofSeconds(10)).until(() -> !Processes.alive(pid));
    }

    @Test
    void heldOutputDoesNotKeepTheProgramFromEnding() throws Exception {
        Run run = shell.start("setsid sh -c 'trap \"\" TERM; sleep 300; :' & echo started");
        Ended ended = run.end();

        assertThat(ended.status()).isEqualTo(new Exited(0));
        assertThat(ended.output().complete()).isTrue();
        assertThat(ended.killConfirmed()).isTrue();
        assertThat(run.stdout()).containsExactly("started");
        assertThat(run.marked()).isEmpty();
    }

    /** Session, mark and ancestors shed: a plain subprocess can do that, and must not be reported as surely gone. */
    @Test
    void outputHeldByWhatCannotBeFoundIsGivenUpAndReported() throws Exception {
        Run run = shell.start("(env -i setsid sh -c 'echo $$; exec sleep 60' &) ; sleep 0.3; exit 6");
        Ended ended = run.end();

        long pid = Long.parseLong(run.stdout().get(0));
        assertThat(Processes.alive(pid)).isTrue();
        assertThat(ended.status()).isEqualTo(new Exited(6));
        assertThat(ended.output().complete()).isFalse();
        assertThat(ended.killConfirmed()).isFalse();
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }

    @Test
    void leftoverThatFloodsTheOutputDoesNotOutliveTheProgram() throws Exception {
        ChildEnvironment environment = ChildEnvironment.of(JobMark.next("w")).with("PATH", "/usr/bin:/bin");
        Command command = new Command(List.of("sh", "-c", "yes & sleep 0.3"), directory, environment);
        Ended ended = sandbox.start(command, (stream, text) -> {})
                .await(Shell.PATIENCE)
                .orElseThrow();

        assertThat(ended.killConfirmed()).isTrue();
        assertThat(ended.cleanup().leftovers()).isEqualTo(1);
    }

    /** Every process makes three more and goes on; the depth bounds the storm at some 360 living ones. */
    @Test
    void forkStormIsEnded() throws Exception {
        Run run = shell.start("""
                trap '' TERM
                echo ready
                storm() { [ "$1" -lt 5 ] && for n in 1 2 3; do storm $(($1 + 1)) & done; sleep 60; }
                storm 0""");
        awaitLine(run, "ready");
        await().atMost(Shell.PATIENCE).until(() -> run.marked().size() > 50);
        Ended ended = run.stop(SHORT_GRACE);

        assertThat(ended.killConfirmed()).isTrue();
        assertThat(run.marked()).isEmpty();
    }

    /** Each process makes its successor in a new session and ends; at most 2,000 of them. */
    @RepeatedTest(3)
    void chainThatOnlyLivesByForkingIsEnded() throws Exception {
        Run run = shell.start("""
                trap '' TERM HUP
                hop='[ "$1" -lt 2000 ] && setsid sh -c "$0" "$0" $(($1 + 1)) & '
                sh -c "$hop" "$hop" 0
                echo ready
                sleep 60""");
        awaitLine(run, "ready");
        Ended ended = run.stop(Duration.ZERO);

        assertThat(ended.killConfirmed()).isTrue();
        assertThat(run.marked()).isEmpty();
    }

    @RepeatedTest(50)
    void stopRightAfterTheStartLeavesNothing() throws Exception {
        Run run = shell.start("(setsid sleep 300 &) ; sleep 300 & sleep 300");
        Ended ended = run.stop(Duration.ofMillis(20));

        assertThat(ended.status()).isInstanceOf(Signalled.class);
        assertThat(ended.stopped()).isTrue();
        assertThat(ended.killConfirmed()).isTrue();
        assertThat(run.marked()).isEmpty();
    }

    @Test
    void sweepKillsWhatAFormerWorkerLeftAndSparesOthers() throws Exception {
        String worker = JobMark.next("former").random();
        Shell former = new Shell(sandbox, directory, worker);
        Run one = former.start("setsid sleep 300 & exec sleep 300");
        Run two = former.start("exec sleep 300");
        Run other = new Shell(sandbox, directory, worker + "-other").start("exec sleep 300");
        await().atMost(Shell.PATIENCE)
                .until(() -> one.marked().size() == 2 && two.marked().size() == 1);

        assertThat(sandbox.sweep(worker)).isEqualTo(3);

        assertThat(one.marked()).isEmpty();
        assertThat(two.marked()).isEmpty();
        assertThat(sandbox.sweep(worker)).isZero();
        assertThat(one.end().status()).isEqualTo(new Signalled(9));
        assertThat(other.marked()).isNotEmpty();
        other.stop(Duration.ZERO);
    }

    private static void awaitLine(Run run, String line) {
        await().atMost(Shell.PATIENCE).until(() -> run.stdout().contains(line));
    }
}
