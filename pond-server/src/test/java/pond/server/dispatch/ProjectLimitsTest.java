package pond.server.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static pond.server.dispatch.TestDispatch.noop;
import static pond.server.dispatch.TestDispatch.shell;
import static pond.testing.TestDatabase.failure;
import static pond.testing.TestDatabase.get;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.common.ids.RunId;
import pond.common.problems.ProblemCode;
import pond.common.protocol.Job;
import pond.server.errors.PondException;
import pond.server.limits.ProjectLimits;
import pond.server.runs.RunService;

/** A project that may have four queued runs and two running jobs. */
class ProjectLimitsTest {
    private static final int QUEUED = 4;

    @TempDir
    private Path folder;

    private TestDispatch dispatch;

    @BeforeEach
    void open() throws Exception {
        dispatch = new TestDispatch(folder, new ProjectLimits(QUEUED, 2));
    }

    @AfterEach
    void close() {
        dispatch.close();
    }

    private List<RunId> submit(int runs, String project) {
        return Stream.generate(() -> dispatch.submit(project, noop("a")))
                .limit(runs)
                .toList();
    }

    @Test
    void noMoreJobsOfAProjectRunThanItMayAndOthersAreServed() {
        List<RunId> runs = submit(3, "crowded");
        RunId other = dispatch.submit("other", noop("a"));
        FakeWorker worker = dispatch.worker("w", 8, "noop");

        List<Job> jobs = worker.lease(8);

        assertThat(jobs).extracting(Job::run).containsExactlyInAnyOrder(runs.get(0), runs.get(1), other);
        assertThat(worker.lease(8)).isEmpty();
        assertThat(dispatch.waitingFor(runs.get(2), "a")).isEqualTo("project_limit");
        worker.done(jobs.stream()
                .filter(job -> job.run().equals(runs.get(0)))
                .findFirst()
                .orElseThrow());
        assertThat(dispatch.waitingFor(runs.get(2), "a")).isEqualTo("workers_busy");
        assertThat(worker.leaseOne().run()).isEqualTo(runs.get(2));
    }

    @Test
    void theBoundHoldsOverAllWorkersAndKinds() {
        dispatch.submit("garden", noop("a"));
        dispatch.submit("garden", shell("a", ""));
        dispatch.submit("garden", noop("a"));
        List<FakeWorker> workers = Stream.of("a", "b", "c")
                .map(name -> dispatch.worker(name, 2, "noop", "shell"))
                .toList();

        List<CompletableFuture<List<Job>>> calls = new ArrayList<>();
        for (FakeWorker worker : workers) {
            calls.add(CompletableFuture.supplyAsync(() -> worker.lease(2)));
        }

        assertThat(calls.stream().flatMap(call -> get(call).stream())).hasSize(2);
    }

    @Test
    void aWorkerThatWaitsIsGivenTheNextJobWhenAnotherHasEnded() {
        List<RunId> runs = submit(4, "garden");
        FakeWorker busy = dispatch.worker("busy", 2, "noop");
        List<Job> first = busy.lease(2);
        FakeWorker idle = dispatch.worker("idle", 2, "noop");
        CompletableFuture<List<Job>> waits = idle.leaseLater();
        assertThat(waits).isNotDone();

        busy.done(first.get(0));

        assertThat(get(waits)).extracting(Job::run).containsExactly(runs.get(2));
    }

    @Test
    void workersThatWaitAreGivenWhatALostOneHad() {
        List<RunId> runs = submit(4, "garden");
        FakeWorker lost = dispatch.worker("lost", 2, "noop");
        assertThat(lost.lease(2)).hasSize(2);
        CompletableFuture<List<Job>> one = dispatch.worker("one", 1, "noop").leaseLater();
        CompletableFuture<List<Job>> two = dispatch.worker("two", 1, "noop").leaseLater();

        get(lost.protocol.detach());

        assertThat(Stream.of(one, two).flatMap(call -> get(call).stream()).map(Job::run))
                .hasSize(2)
                .isSubsetOf(runs);
    }

    @Test
    void aJobThatIsQueuedAtTheLimitWakesNobody() {
        submit(2, "garden");
        FakeWorker worker = dispatch.worker("w", 4, "noop");
        assertThat(worker.lease(4)).hasSize(2);
        CompletableFuture<List<Job>> waits = worker.leaseLater();

        RunId third = dispatch.submit("garden", noop("a"));
        RunId other = dispatch.submit("other", noop("a"));

        assertThat(get(waits)).extracting(Job::run).containsExactly(other);
        assertThat(dispatch.waitingFor(third, "a")).isEqualTo("project_limit");
    }

    @Test
    void aRunTooManyIsRefusedUntilOneHasBegun() {
        submit(QUEUED, "garden");

        assertThatThrownBy(() -> dispatch.submit("garden", noop("a")))
                .isInstanceOfSatisfying(
                        PondException.class,
                        refusal ->
                                assertThat(refusal.problems().get(0).code()).isEqualTo(ProblemCode.PROJECT_QUEUE_FULL));
        dispatch.submit("other", noop("a"));
        dispatch.worker("w", 1, "noop").leaseOne();
        dispatch.submit("garden", noop("a"));

        assertThatThrownBy(() -> dispatch.submit("garden", noop("a"))).isInstanceOf(PondException.class);
    }

    @Test
    void ofManyThatComeAtOnceNoMoreAreTakenThanThereArePlaces() {
        List<CompletableFuture<RunService.Submitted>> all = new ArrayList<>();
        CountDownLatch held = new CountDownLatch(1);
        CompletableFuture<Void> blocked = dispatch.rooms.database().change(tx -> await(held));
        for (int i = 0; i < 20; i++) {
            all.add(dispatch.runs.submit(dispatch.submission("garden", noop("a")), dispatch.dispatcher));
        }
        held.countDown();
        get(blocked);

        List<Boolean> taken = all.stream()
                .map(one -> get(one.handle((run, refused) -> refused == null)))
                .toList();

        assertThat(taken.stream().filter(one -> one)).hasSize(QUEUED);
        assertThat(failure(all.get(QUEUED))).hasCauseInstanceOf(PondException.class);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
