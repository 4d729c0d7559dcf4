package pond.worker.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.common.api.LogStream;
import pond.common.protocol.Job;
import pond.common.protocol.Outcome;
import pond.common.protocol.Outcome.Result;
import pond.worker.executors.StopReason;
import pond.worker.runtime.FakeServer.Fate;

/** What a worker does while its server is away, and how little it asks for while it is idle. */
class LeaseSafetyTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path dir;

    @Test
    void anIdleWorkerCostsItsServerTheCallForJobsAlone() throws Exception {
        try (TestWorker test = new TestWorker(dir, 2, Duration.ofMillis(900))) {
            await().atMost(PATIENCE).until(() -> test.server.look(() -> test.server.leaseCalls) >= 6);

            assertThat(test.server.look(() -> test.server.renewCalls)).isZero();
        }
    }

    @Test
    void aCancelReachesTheFirstJobAfterIdlenessAtOnce() throws Exception {
        try (TestWorker test = new TestWorker(dir, 1, Duration.ofHours(1))) {
            CountDownLatch stopped = new CountDownLatch(1);
            Job job = test.submit("cancelled", context -> {
                context.stop().await(PATIENCE);
                stopped.countDown();
                return Outcome.done(0);
            });
            await().atMost(PATIENCE).until(() -> test.server.look(() -> test.server.renewCalls) == 1);

            test.server.cancel(job);

            assertThat(stopped.await(5, TimeUnit.SECONDS)).isTrue();
            await().atMost(PATIENCE).until(() -> test.server.completion(job).isPresent());
        }
    }

    @Test
    void aWorkerThatTakesNoJobsForWantOfDiskIsStillHeardOfAndSaysWhy() throws Exception {
        FakeServer server = new FakeServer(Duration.ofMillis(500));
        try (TestWorker test = new TestWorker(server, new WorkerConfig.Disk(dir, Long.MAX_VALUE, 0), 1)) {
            await().atMost(PATIENCE).until(() -> server.look(() -> server.renewCalls) >= 3);

            assertThat(server.look(() -> server.leaseCalls)).isZero();
            assertThat(server.look(() -> server.paused)).startsWith("the disk has ");
            server.drain();
            assertThat(test.worker.ended().get(20, TimeUnit.SECONDS)).isEqualTo(Worker.End.DRAINED);
        }
    }

    @Test
    void aServerThatIsAwayForLessThanALeaseIsNotMissed() throws Exception {
        Duration lease = Duration.ofSeconds(6);
        try (TestWorker test = new TestWorker(dir, 1, lease)) {
            CountDownLatch away = new CountDownLatch(1);
            CountDownLatch back = new CountDownLatch(1);
            Job job = test.submit("goes-on", context -> {
                context.line(LogStream.STDOUT, "before");
                assertThat(away.await(20, TimeUnit.SECONDS)).isTrue();
                context.line(LogStream.STDOUT, "meanwhile");
                assertThat(back.await(20, TimeUnit.SECONDS)).isTrue();
                context.line(LogStream.STDOUT, "after");
                return context.stop().isSet() ? Outcome.cancelled() : Outcome.done(0);
            });
            await().atMost(PATIENCE).until(() -> test.server.lines(job).equals(List.of("before")));

            test.server.fates(call -> Fate.CALL_LOST);
            away.countDown();
            // A third of the lease, as a server's restart takes.
            await().pollDelay(lease.dividedBy(3))
                    .until(() -> test.worker.status().running() == 1);
            test.server.fates(call -> Fate.ANSWERED);
            back.countDown();

            await().atMost(PATIENCE).until(() -> test.server.completion(job).isPresent());
            assertThat(test.server.completion(job).orElseThrow().outcome().result())
                    .isEqualTo(Result.DONE);
            assertThat(test.server.lines(job)).containsExactly("before", "meanwhile", "after");
            assertThat(test.server.look(() -> test.server.attaches)).isEqualTo(1);
        }
    }

    @Test
    void aLeaseCountsFromTheTimeThatItsCallHadWaitedAndNeverFromLater() {
        Job job = TestWorker.noop(1);

        assertThat(LeaseLoop.leasedAt(job, 100, 500)).isEqualTo(100);
        assertThat(LeaseLoop.leasedAt(job.leasedAfter(Duration.ofNanos(300)), 100, 500))
                .isEqualTo(400);
        assertThat(LeaseLoop.leasedAt(job.leasedAfter(Duration.ofDays(1)), 100, 500))
                .isEqualTo(500);
        assertThat(LeaseLoop.leasedAt(job.leasedAfter(Duration.ofNanos(-7)), 100, 500))
                .isEqualTo(100);
    }

    @Test
    void aCutLongerThanTheLeaseStopsJobsBeforeTheServerGivesThemAway() throws Exception {
        Duration lease = Duration.ofSeconds(2);
        try (TestWorker test = new TestWorker(dir, 1, lease)) {
            AtomicLong stoppedAt = new AtomicLong();
            List<Optional<StopReason>> reasons = new CopyOnWriteArrayList<>();
            Job job = test.submit("cut-off", context -> {
                context.stop().await(PATIENCE);
                stoppedAt.set(System.nanoTime());
                reasons.add(context.stop().reason());
                return Outcome.done(0);
            });
            await().atMost(PATIENCE).until(() -> test.server.look(() -> test.server.ledger(job.id()).renewals) >= 2);

            test.server.fates(call -> Fate.CALL_LOST);
            await().atMost(PATIENCE).until(() -> test.worker.status().running() == 0);

            long renewedAt = test.server.look(() -> test.server.ledger(job.id()).renewedAt);
            assertThat(Duration.ofNanos(stoppedAt.get() - renewedAt)).isLessThan(lease);
            assertThat(reasons).containsExactly(Optional.of(StopReason.LEASE_LOST));
            test.server.fates(call -> Fate.ANSWERED);
            Job next = TestWorker.noop(1);
            test.server.submit(next);
            await().atMost(PATIENCE).until(() -> test.server.completion(next).isPresent());
            assertThat(test.server.completion(job)).isEmpty();
        }
    }

    @Test
    void aJobWhoseLeaseAnswerWasLostIsNeverRenewedAndOthersGoOn() throws Exception {
        FakeServer server = new FakeServer(Duration.ofSeconds(2));
        AtomicInteger leases = new AtomicInteger();
        server.fates(call -> call.equals("lease") && leases.incrementAndGet() == 1 ? Fate.ANSWER_LOST : Fate.ANSWERED);
        Job never = TestWorker.noop(1);
        server.submit(never);
        try (TestWorker test = new TestWorker(server, WorkerConfig.Disk.of(dir), 1)) {
            await().atMost(PATIENCE).until(() -> server.look(() -> server.ledger(never.id()).leased));
            Job next = test.submit("next", context -> {
                await().atMost(PATIENCE)
                        .until(() ->
                                server.look(() -> server.ledger(context.job().id()).renewals) >= 3);
                return Outcome.done(0);
            });

            await().atMost(PATIENCE).until(() -> server.completion(next).isPresent());
            assertThat(server.look(() -> server.ledger(never.id()).renewals)).isZero();
            assertThat(server.completion(never)).isEmpty();
        }
    }

    @Test
    void aCompleteWhoseAnswerWasLostIsRepeated() throws Exception {
        try (TestWorker test = new TestWorker(dir, 1, Duration.ofSeconds(30))) {
            AtomicInteger completes = new AtomicInteger();
            test.server.fates(call ->
                    call.equals("complete") && completes.incrementAndGet() < 3 ? Fate.ANSWER_LOST : Fate.ANSWERED);
            Job job = TestWorker.noop(1);
            test.server.submit(job);

            await().atMost(PATIENCE).until(() -> completes.get() == 3);
            await().atMost(PATIENCE).until(() -> test.worker.status().running() == 0);
            assertThat(test.server.completion(job)).isPresent();
        }
    }
}
