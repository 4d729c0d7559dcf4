package pond.worker.sandbox.bubblewrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import pond.common.definition.SandboxProfile;
import pond.common.definition.SandboxSpec.Overrides;
import pond.worker.sandbox.Ended;
import pond.worker.sandbox.ExitStatus;
import pond.worker.sandbox.bubblewrap.TestStage.Setup;
import pond.worker.sandbox.bubblewrap.Workers.Order;

/** Attempts to outlive, to outgrow and to flood; the ids are those of the list of attempts. */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SandboxLifetimeTest {
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
    void a71AForkBombIsCappedAndCanBeStopped() throws Exception {
        TestStage stage = start(
                Setup.of(READ).with(new Overrides(null, null, 64, null, null)),
                "echo on; f() { f | f & f 2>/dev/null; }; f 2>/dev/null; sleep 1000");
        awaitLine(stage, "on");
        long most = 0;
        for (int look = 0; look < 20; look++) {
            most = Math.max(most, Marked.alive(stage.mark.toString()).size());
            assertThat(new ProcessBuilder("/bin/true").start().waitFor(20, TimeUnit.SECONDS))
                    .isTrue();
        }
        stage.process().stop(Duration.ZERO);

        assertThat(stage.end().killConfirmed()).isTrue();
        // Beside its own: the two of bubblewrap and what is just being started.
        assertThat(most).isLessThanOrEqualTo(64 + 4);
        assertThat(Marked.alive(stage.mark.toString())).isEmpty();
    }

    @Test
    void a79DaemonsEndWithTheCommandAndNobodyWaitsForThem() throws Exception {
        long start = System.nanoTime();
        TestStage stage = start(Setup.of(READ), "for i in $(seq 20); do setsid sleep 1000 & done; echo done");

        assertThat(stage.end().status()).isEqualTo(new ExitStatus.Exited(0));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMinutes(1));
        assertThat(Marked.alive(stage.mark.toString())).isEmpty();
    }

    @Test
    void b1AFloodWithoutALineEndIsBoundedAndCanBeStopped() throws Exception {
        TestStage stage = start(Setup.of(READ), "head -c 20000000 /dev/zero; echo; echo over; exec sleep 1000");
        await().atMost(120, TimeUnit.SECONDS).until(() -> stage.stdout().contains("over"));

        stage.process().stop(Duration.ZERO);

        Ended ended = stage.end();
        assertThat(ended.output().stdout().bytes()).isEqualTo(20_000_006);
        assertThat(stage.stdout()).allMatch(line -> line.length() <= 16 * 1024);
        assertThat(ended.killConfirmed()).isTrue();
    }

    @Test
    void b2FiveHundredProcessesThatIgnoreTheSignalAreGoneSoonAfterTheGrace() throws Exception {
        TestStage stage = start(
                Setup.of(READ),
                "trap '' TERM; i=0; while [ $i -lt 500 ]; do setsid sleep 1000 & i=$((i+1)); done; echo on; sleep 1000");
        awaitLine(stage, "on");
        long start = System.nanoTime();

        stage.process().stop(Duration.ofMillis(100));

        assertThat(stage.end().killConfirmed()).isTrue();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
        assertThat(Marked.alive(stage.mark.toString())).isEmpty();
    }

    @Test
    void b3AKilledWorkerLeavesNothing() throws Exception {
        Workers.Child worker = Workers.start();
        try {
            String proof = "proof-" + UUID.randomUUID();
            worker.send(new Order(
                    READ.toString(),
                    null,
                    List.of("sh", "-c", "setsid sleep 1000 & sleep 1000; :"),
                    Map.of("PROOF", proof)));
            await().atMost(60, TimeUnit.SECONDS).until(() -> Marked.alive(proof).size() >= 3);

            worker.process.destroyForcibly().waitFor();

            await().atMost(30, TimeUnit.SECONDS).until(() -> Marked.alive(proof).isEmpty());
        } finally {
            worker.close();
        }
    }

    @Test
    void b4ACancelRightAfterTheStartLeavesNothing() throws Exception {
        List<TestStage> stages = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            TestStage stage = start(Setup.of(READ), "setsid sleep 1000 & sleep 1000");
            LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(350L * i));
            stage.process().stop(Duration.ZERO);
            stages.add(stage);
        }
        for (TestStage stage : stages) {
            assertThat(stage.end().killConfirmed()).isTrue();
        }

        assertThat(Marked.alive(TestStage.WORKER + ".")).isEmpty();
    }

    @Test
    void b6ADiskThatIsFilledEndsTheStage() throws Exception {
        TestStage stage = start(
                Setup.of(WRITE).with(new Overrides(null, null, null, "8m", null)),
                "head -c 20000000 /dev/zero >$HOME/fill; echo filled; sleep 1000");

        assertThat(stage.end().status()).isEqualTo(new ExitStatus.Signalled(9));
        assertThat(stage.process().overLimit()).contains("HOME or /tmp took more than its 8m of disk");
    }

    @Test
    void b7AnotherStagesFoldersAreNotThere() throws Exception {
        TestStage first = start(Setup.of(WRITE), "echo secret >/tmp/mine; echo secret >~/mine; echo on; sleep 1000");
        awaitLine(first, "on");

        TestStage second =
                start(Setup.of(WRITE), "ls " + first.folders.temp() + " " + machine.state + "; ls /tmp ~; exit 0");

        second.end();
        first.process().stop(Duration.ZERO);
        first.end();
        assertThat(second.stdout()).noneMatch(line -> line.contains("mine"));
        assertThat(second.stderr()).hasSize(2).allMatch(line -> line.contains("No such file"));
    }

    @Test
    void b8MemoryIsBoundedAlsoWhereItIsFiles() throws Exception {
        TestStage stage = start(
                Setup.of(READ).with(new Overrides("32m", null, null, "256m", null)),
                "head -c 40000000 /dev/zero >/dev/shm/a; head -c 40000000 /dev/zero >/tmp/a; echo filled; sleep 1000");

        assertThat(stage.end().status()).isEqualTo(new ExitStatus.Signalled(9));
        assertThat(stage.process().overLimit()).contains("it used more than its 32m of memory");
    }

    @Test
    void b9AHomeIsFreshForEachStage() throws Exception {
        start(Setup.of(WRITE), "mkdir -p ~/.m2; echo poison >~/.m2/settings.xml")
                .end();

        TestStage next = start(Setup.of(WRITE), "ls -A ~");

        next.end();
        assertThat(next.stdout()).isEmpty();
    }

    private static void awaitLine(TestStage stage, String line) {
        await().atMost(60, TimeUnit.SECONDS).until(() -> stage.stdout().contains(line));
    }

    private TestStage start(Setup setup, String script) throws Exception {
        return TestStage.start(machine.bubblewrap, machine.state, setup, List.of("sh", "-c", script));
    }
}
