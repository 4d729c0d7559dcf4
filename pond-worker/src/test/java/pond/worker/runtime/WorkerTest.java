package pond.worker.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.common.api.LogStream;
import pond.common.protocol.Job;
import pond.common.protocol.Outcome;
import pond.common.protocol.Outcome.Result;
import pond.common.protocol.Refusal;
import pond.worker.executors.ExecutorRegistry;
import pond.worker.executors.StopReason;
import pond.worker.runtime.FakeServer.Fate;
import pond.worker.sandbox.BareSandbox;
import pond.worker.sandbox.ChildEnvironment;
import pond.worker.sandbox.Command;
import pond.worker.sandbox.ExitStatus;
import pond.worker.sandbox.JobMark;
import pond.worker.sandbox.SandboxedProcess;

class WorkerTest {
    private static final Duration LEASE = Duration.ofSeconds(30);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path dir;

    @Test
    void aNoopJobIsCompletedAndLeavesNoFolder() throws Exception {
        try (TestWorker test = new TestWorker(dir, 2, LEASE)) {
            Job job = TestWorker.noop(3);
            test.server.submit(job);

            assertThat(outcome(test, job).result()).isEqualTo(Result.DONE);
            assertThat(test.server.look(() -> test.server.ledger(job.id()).progress))
                    .last()
                    .matches(last -> last.done() == 3 && last.total() == 3);
            assertThat(test.workspaces()).isEmpty();
        }
    }

    @Test
    void manyJobsRunWithoutEverHoldingMoreThanTheSlots() throws Exception {
        try (TestWorker test = new TestWorker(dir, 3, LEASE)) {
            AtomicInteger now = new AtomicInteger();
            AtomicInteger most = new AtomicInteger();
            List<Job> jobs = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                jobs.add(test.submit("many", context -> {
                    most.accumulateAndGet(now.incrementAndGet(), Math::max);
                    context.line(LogStream.STDOUT, "one line");
                    now.decrementAndGet();
                    return Outcome.done(0);
                }));
            }

            await().atMost(PATIENCE).until(() -> test.server.completed() == 200);
            assertThat(most.get()).isBetween(1, 3);
            assertThat(test.server.look(() -> test.server.mostLeased)).isLessThanOrEqualTo(3);
            assertThat(jobs).allMatch(job -> test.server.lines(job).equals(List.of("one line")));
        }
    }

    @Test
    void aCancelEndsTheStageAndIsReportedAsCancelled() throws Exception {
        try (TestWorker test = new TestWorker(dir, 1, LEASE)) {
            CountDownLatch begun = new CountDownLatch(1);
            Job job = test.submit("cancelled", context -> {
                begun.countDown();
                assertThat(context.stop().await(PATIENCE)).isTrue();
                return Outcome.failed("exit_code", "killed", 143);
            });
            assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();

            test.server.cancel(job);

            assertThat(outcome(test, job)).isEqualTo(Outcome.cancelled());
        }
    }

    @Test
    void aStageThatRunsTooLongIsStoppedAndReportedAsTimeout() throws Exception {
        try (TestWorker test = new TestWorker(dir, 1, LEASE)) {
            Job job = TestWorker.job("slow", TestWorker.shell(), Duration.ofMillis(50), TestWorker.LIMITS);
            test.submit(job, context -> {
                assertThat(context.stop().await(PATIENCE)).isTrue();
                return Outcome.done(0).withKillConfirmed(false);
            });

            Outcome outcome = outcome(test, job);
            assertThat(outcome.result()).isEqualTo(Result.TIMEOUT);
            assertThat(TestWorker.error(outcome).message()).isEqualTo("ran longer than 50 ms");
            assertThat(outcome.killConfirmed()).isFalse();
        }
    }

    @Test
    void aStageWhoseLeaseIsLostIsStoppedAndNothingIsReported() throws Exception {
        try (TestWorker test = new TestWorker(dir, 1, LEASE)) {
            CountDownLatch begun = new CountDownLatch(1);
            List<Optional<StopReason>> reason = new ArrayList<>();
            Job job = test.submit("lost", context -> {
                begun.countDown();
                context.output();
                context.stop().await(PATIENCE);
                reason.add(context.stop().reason());
                assertThat(context.grace()).isZero();
                return Outcome.done(0);
            });
            assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();

            test.server.takeAway(job);

            await().atMost(PATIENCE).until(() -> test.worker.status().running() == 0);
            assertThat(reason).containsExactly(Optional.of(StopReason.LEASE_LOST));
            assertThat(test.server.completion(job)).isEmpty();
            assertThat(test.workspaces()).isEmpty();
        }
    }

    @Test
    void aWorkerThatCannotRenewStopsItsJobsItself() throws Exception {
        try (TestWorker test = new TestWorker(dir, 1, Duration.ofSeconds(1))) {
            CountDownLatch begun = new CountDownLatch(1);
            CountDownLatch stopped = new CountDownLatch(1);
            test.submit("alone", context -> {
                begun.countDown();
                context.stop().await(PATIENCE);
                if (context.stop().reason().equals(Optional.of(StopReason.LEASE_LOST))) {
                    stopped.countDown();
                }
                return Outcome.done(0);
            });
            assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();

            test.server.fates(call -> Fate.CALL_LOST);

            assertThat(stopped.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void aJobIsKeptForMuchLongerThanALease() throws Exception {
        try (TestWorker test = new TestWorker(dir, 1, Duration.ofMillis(600))) {
            Job job = test.submit("long", context -> {
                await().atMost(PATIENCE)
                        .until(() -> test.server.look(
                                        () -> test.server.ledger(context.job().id()).renewals)
                                >= 6);
                return context.stop().isSet() ? Outcome.cancelled() : Outcome.done(0);
            });

            assertThat(outcome(test, job).result()).isEqualTo(Result.DONE);
        }
    }

    @Test
    void theWorkerComesBackWhenTheServerDoes() throws Exception {
        FakeServer server = new FakeServer(LEASE);
        server.fates(call -> Fate.CALL_LOST);
        AtomicInteger tries = new AtomicInteger();
        try (TestWorker test = new TestWorker(server, WorkerConfig.Disk.of(dir), 1)) {
            server.fates(call -> tries.incrementAndGet() > 3 ? Fate.ANSWERED : Fate.CALL_LOST);
            Job job = TestWorker.noop(1);
            server.submit(job);

            assertThat(outcome(test, job).result()).isEqualTo(Result.DONE);
            assertThat(test.worker.status().lastContact()).isPresent();
        }
    }

    @Test
    void aForgottenWorkerLosesItsJobsAndAttachesAgain() throws Exception {
        try (TestWorker test = new TestWorker(dir, 1, LEASE)) {
            CountDownLatch begun = new CountDownLatch(1);
            Job lost = test.submit("lost", context -> {
                begun.countDown();
                context.stop().await(PATIENCE);
                return Outcome.done(0);
            });
            assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();

            test.server.forgetWorker();
            Job next = TestWorker.noop(1);
            test.server.submit(next);

            assertThat(outcome(test, next).result()).isEqualTo(Result.DONE);
            assertThat(test.server.completion(lost)).isEmpty();
            assertThat(test.server.look(() -> test.server.attaches)).isEqualTo(2);
        }
    }

    @Test
    void drainLetsJobsFinishTakesNoNewOnesAndDetaches() throws Exception {
        try (TestWorker test = new TestWorker(dir, 2, LEASE)) {
            CountDownLatch begun = new CountDownLatch(1);
            CountDownLatch goOn = new CountDownLatch(1);
            Job job = test.submit("running", context -> {
                begun.countDown();
                goOn.await();
                return Outcome.done(0);
            });
            assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();

            assertThat(test.worker.drain(Duration.ofMillis(50))).isFalse();
            assertThat(test.worker.status().state()).isEqualTo(Worker.State.DRAINING);
            await().atMost(PATIENCE).until(() -> test.server.look(() -> test.server.leaseCalls) >= 1);
            goOn.countDown();

            assertThat(test.worker.drain(PATIENCE)).isTrue();
            assertThat(outcome(test, job).result()).isEqualTo(Result.DONE);
            assertThat(test.worker.ended().get()).isEqualTo(Worker.End.DRAINED);
            assertThat(test.server.look(() -> test.server.detaches)).isEqualTo(1);
            Job late = TestWorker.noop(1);
            test.server.submit(late);
            assertThat(test.server.completion(late)).isEmpty();
        }
    }

    @Test
    void anIdleWorkerDrainsWithoutWaitingForItsLeaseCall() throws Exception {
        try (TestWorker test = new TestWorker(dir, 2, Duration.ofMinutes(10))) {
            await().atMost(PATIENCE).until(() -> test.server.look(() -> test.server.leaseCalls) > 0);

            assertThat(test.worker.drain(PATIENCE)).isTrue();
        }
    }

    @Test
    void theServerCanOrderTheDrain() throws Exception {
        try (TestWorker test = new TestWorker(dir, 2, LEASE)) {
            await().atMost(PATIENCE).until(() -> test.server.look(() -> test.server.leaseCalls) > 0);

            test.server.drain();

            assertThat(test.worker.ended().get(20, TimeUnit.SECONDS)).isEqualTo(Worker.End.DRAINED);
        }
    }

    @Test
    void closeStopsStagesAndGivesThemBackByDetaching() throws Exception {
        TestWorker test = new TestWorker(dir, 1, LEASE);
        CountDownLatch begun = new CountDownLatch(1);
        Job job = test.submit("running", context -> {
            begun.countDown();
            context.stop().await(PATIENCE);
            return Outcome.failed("exit_code", "killed", 143);
        });
        assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();

        test.close();

        assertThat(test.server.look(() -> test.server.detaches)).isEqualTo(1);
        assertThat(test.server.completion(job)).isEmpty();
        assertThat(test.worker.status().state()).isEqualTo(Worker.State.ENDED);
        test.close();
    }

    @Test
    void closeDoesNotWaitForAStageThatIgnoresItsSignal() throws Exception {
        TestWorker test = new TestWorker(dir, 1, LEASE);
        AtomicBoolean interrupted = new AtomicBoolean();
        CountDownLatch begun = new CountDownLatch(1);
        Job job = test.submit("deaf", context -> {
            begun.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.set(true);
                throw e;
            }
            return Outcome.done(0);
        });
        assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();

        test.worker.cancelAll(Duration.ofMillis(100));

        await().atMost(PATIENCE).untilTrue(interrupted);
        assertThat(test.server.completion(job)).isEmpty();
        assertThat(test.worker.ended()).isCompletedWithValue(Worker.End.CLOSED);
    }

    @Test
    void aServerThatNeedsANewerWorkerEndsIt() throws Exception {
        FakeServer server = new FakeServer(LEASE);
        server.refusesEveryCall = Optional.of(Refusal.UPGRADE_NEEDED);
        try (TestWorker test = new TestWorker(server, WorkerConfig.Disk.of(dir), 1)) {
            assertThat(test.worker.ended().get(20, TimeUnit.SECONDS)).isEqualTo(Worker.End.UPGRADE_NEEDED);
        }
    }

    @Test
    void aFullDiskTakesNoJobsAndSaysWhy() throws Exception {
        FakeServer server = new FakeServer(LEASE);
        WorkerConfig.Disk full = new WorkerConfig.Disk(dir, Long.MAX_VALUE, 0);
        try (TestWorker test = new TestWorker(server, full, 1)) {
            server.submit(TestWorker.noop(1));

            await().atMost(PATIENCE)
                    .until(() -> test.worker.status().pausedBecause().isPresent());
            assertThat(test.worker.status().pausedBecause().orElseThrow()).startsWith("the disk has ");
            assertThat(server.look(() -> server.leaseCalls)).isZero();
        }
    }

    @Test
    void whatAnEarlierWorkerLeftIsSweptAtTheStart() throws IOException {
        Path leftover = Files.createDirectories(dir.resolve("work/old-job/src/deep"));
        Files.writeString(leftover.resolve("file"), "text");

        try (Worker worker = Worker.start(idle(), new FakeServer(LEASE), InstantSource.system(), System::nanoTime)) {
            assertThat(worker.status().running()).isZero();
            assertThat(dir.resolve("work")).isEmptyDirectory();
        }
    }

    /** As when it was killed together with the guardian of its processes. */
    @Test
    void processesThatAnEarlierWorkerLeftAreEndedAtTheStart() throws Exception {
        ChildEnvironment environment =
                ChildEnvironment.of(JobMark.next(idle().disk().mark())).with("PATH", "/usr/bin:/bin");
        try (BareSandbox earlier = new BareSandbox()) {
            SandboxedProcess left =
                    earlier.start(new Command(List.of("sleep", "300"), dir, environment), (stream, line) -> {});

            try (Worker worker =
                    Worker.start(idle(), new FakeServer(LEASE), InstantSource.system(), System::nanoTime)) {
                assertThat(worker.status().running()).isZero();
                assertThat(left.await(PATIENCE))
                        .hasValueSatisfying(end -> assertThat(end.status()).isEqualTo(new ExitStatus.Signalled(9)));
            } finally {
                left.stop(Duration.ZERO);
            }
        }
    }

    /** A worker that can do nothing. */
    private WorkerConfig idle() {
        return new WorkerConfig(
                "test",
                "1",
                1,
                new WorkerConfig.Offer(new ExecutorRegistry(List.of()), Set.of(), Set.of()),
                WorkerConfig.Disk.of(dir),
                new BareSandbox());
    }

    private static Outcome outcome(TestWorker test, Job job) {
        await().atMost(PATIENCE).until(() -> test.server.completion(job).isPresent());
        await().atMost(PATIENCE).until(() -> test.worker.status().running() == 0);
        return test.server.completion(job).orElseThrow().outcome();
    }
}
