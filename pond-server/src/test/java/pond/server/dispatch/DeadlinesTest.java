package pond.server.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.server.dispatch.TestDispatch.noop;
import static pond.server.dispatch.TestDispatch.shell;
import static pond.testing.TestDatabase.failure;
import static pond.testing.TestDatabase.get;

import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.common.ids.ArtifactName;
import pond.common.ids.RunId;
import pond.common.protocol.ArtifactUpload;
import pond.common.protocol.Completion;
import pond.common.protocol.Job;
import pond.common.protocol.JobRef;
import pond.common.protocol.LeaseRequest;
import pond.common.protocol.Outcome;
import pond.common.protocol.Progress;
import pond.common.protocol.ProtocolException;
import pond.common.protocol.Receipt;
import pond.common.protocol.Refusal;
import pond.common.protocol.RenewRequest;
import pond.common.protocol.Renewal;

/** What becomes of jobs, runs and workers when time passes. */
class DeadlinesTest {
    private static final Duration LEASE = TestDispatch.SETTINGS.lease();
    private static final String DIGEST_OF_NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    @TempDir
    private Path folder;

    private TestDispatch dispatch;

    @BeforeEach
    void open() throws Exception {
        dispatch = new TestDispatch(folder);
    }

    @AfterEach
    void close() throws Exception {
        dispatch.close();
    }

    @Test
    void aLeaseThatIsNotRenewedIsLost() {
        FakeWorker silent = dispatch.worker("silent", 2, "noop", "shell");
        RunId noop = dispatch.submit("garden", noop("a"));
        RunId shell = dispatch.submit("garden", shell("a", ""));
        assertThat(silent.lease(2)).hasSize(2);

        dispatch.pass(LEASE.minusMillis(1));
        assertThat(dispatch.status(noop)).isEqualTo("running");
        assertThat(dispatch.stage(noop, "a").status().toString()).isEqualTo("running");
        dispatch.pass(Duration.ofMillis(1));

        assertThat(dispatch.stage(noop, "a").status().toString()).isEqualTo("queued");
        assertThat(dispatch.status(shell)).isEqualTo("failed");
        assertThat(Objects.requireNonNull(dispatch.details(shell).run().error()).code())
                .isEqualTo("worker_lost");
        assertThat(refusal(silent.protocol.lease(new LeaseRequest(1, Duration.ZERO))))
                .isEqualTo(Refusal.UNKNOWN_WORKER);
        assertThat(dispatch.worker("second", 1, "noop").leaseOne().attempt()).isEqualTo(2);
    }

    @Test
    void aHarmlessStageIsGivenUpAfterThreeLostWorkers() {
        RunId run = dispatch.submit("garden", noop("a"));
        for (int attempt = 1; attempt <= 3; attempt++) {
            assertThat(dispatch.status(run)).isNotEqualTo("failed");
            Job job = dispatch.worker("w" + attempt, 1, "noop").leaseOne();
            assertThat(job.attempt()).isEqualTo(attempt);
            dispatch.pass(LEASE);
        }
        assertThat(dispatch.status(run)).isEqualTo("failed");
        assertThat(dispatch.stage(run, "a").attempt()).isEqualTo(3);
    }

    @Test
    void aRenewalProlongsALease() {
        FakeWorker worker = dispatch.worker("w", 1, "shell");
        RunId run = dispatch.submit("garden", shell("a", ""));
        Job job = worker.leaseOne();

        for (int i = 0; i < 5; i++) {
            dispatch.pass(LEASE.dividedBy(2));
            assertThat(worker.renew(job).lost()).isEmpty();
        }
        assertThat(dispatch.status(run)).isEqualTo("running");
        worker.done(job);

        assertThat(dispatch.status(run)).isEqualTo("done");
    }

    @Test
    void aRenewalOfOneJobDoesNotProlongAnother() {
        FakeWorker worker = dispatch.worker("w", 2, "noop");
        RunId kept = dispatch.submit("garden", noop("a"));
        RunId dropped = dispatch.submit("garden", noop("a"));
        var jobs = worker.lease(2);

        dispatch.pass(LEASE.dividedBy(2));
        worker.renew(jobs.get(0));
        dispatch.pass(LEASE.dividedBy(2));

        assertThat(dispatch.stage(kept, "a").status().toString()).isEqualTo("running");
        assertThat(dispatch.stage(dropped, "a").status().toString()).isEqualTo("queued");
        assertThat(worker.renew(jobs.get(0), jobs.get(1)).lost())
                .containsExactly(jobs.get(1).id());
    }

    @Test
    void aLostWorkerCanChangeNothing() {
        FakeWorker lost = dispatch.worker("lost", 1, "noop");
        RunId run = dispatch.submit("garden", noop("a"));
        Job old = lost.leaseOne();
        get(lost.log(old, 1, "before"));
        dispatch.pass(LEASE.dividedBy(2));
        FakeWorker next = dispatch.worker("next", 1, "noop");
        dispatch.pass(LEASE.dividedBy(2));
        Job job = next.leaseOne();
        assertThat(job.fence()).isGreaterThan(old.fence());

        assertThat(refusal(lost.log(old, 2, "after"))).isEqualTo(Refusal.UNKNOWN_WORKER);
        assertThat(refusal(lost.protocol.progress(new Progress(old.ref(), 5, 9, null))))
                .isEqualTo(Refusal.UNKNOWN_WORKER);
        assertThat(refusal(lost.protocol.putArtifact(
                        new ArtifactUpload(old.ref(), ArtifactName.parse("file").orElseThrow(), 0, DIGEST_OF_NOTHING),
                        0,
                        new ByteArrayInputStream(new byte[0]))))
                .isEqualTo(Refusal.UNKNOWN_WORKER);
        assertThat(refusal(lost.protocol.inputs(old.ref()))).isEqualTo(Refusal.UNKNOWN_WORKER);
        assertThat(refusal(lost.complete(old, Outcome.done(null), 1))).isEqualTo(Refusal.UNKNOWN_WORKER);
        assertThat(refusal(next.complete(old, Outcome.done(null), 1)))
                .as("a token of another worker")
                .isEqualTo(Refusal.LEASE_LOST);
        assertThat(dispatch.status(run)).isEqualTo("running");
        assertThat(dispatch.stage(run, "a").progress()).isNull();

        next.done(job);
        assertThat(dispatch.status(run)).isEqualTo("done");
        assertThat(dispatch.rooms.logs().page(run, 0, 10).lines()).hasSize(1);
    }

    @Test
    void aLeaseIsProvedByItsToken() {
        FakeWorker worker = dispatch.worker("w", 2, "noop");
        RunId run = dispatch.submit("garden", noop("a"));
        dispatch.submit("garden", noop("a"));
        List<Job> jobs = worker.lease(2);
        JobRef forged = new JobRef(jobs.get(0).id(), jobs.get(1).leaseToken());

        assertThat(refusal(worker.protocol.progress(new Progress(forged, 5, 9, null))))
                .isEqualTo(Refusal.LEASE_LOST);
        assertThat(refusal(worker.protocol.complete(
                        new Completion(forged, Outcome.done(null), 0, List.of(), Receipt.NONE, null))))
                .isEqualTo(Refusal.LEASE_LOST);
        assertThat(get(worker.protocol.renew(
                                new RenewRequest(List.of(new RenewRequest.Held(forged, false)), false, Duration.ZERO)))
                        .lost())
                .containsExactly(jobs.get(0).id());
        assertThat(dispatch.status(run)).isEqualTo("running");
        worker.done(jobs.get(0));
        assertThat(dispatch.status(run)).isEqualTo("done");
    }

    @Test
    void aRepeatedCompleteIsHarmless() {
        FakeWorker worker = dispatch.worker("w", 1, "noop");
        RunId run = dispatch.submit("garden", noop("a") + "," + noop("b"));
        Job job = worker.leaseOne();
        worker.done(job);
        var before = dispatch.details(run);

        worker.done(job);
        worker.fail(job);

        assertThat(dispatch.details(run)).isEqualTo(before);
        worker.done(worker.leaseOne());
        assertThat(dispatch.status(run)).isEqualTo("done");
        worker.fail(job);
        assertThat(dispatch.status(run)).isEqualTo("done");
    }

    @Test
    void aCompleteBeforeTheLastLogLineIsRefused() {
        FakeWorker worker = dispatch.worker("w", 1, "noop");
        RunId run = dispatch.submit("garden", noop("a"));
        Job job = worker.leaseOne();
        get(worker.log(job, 1, "one", "two"));

        assertThat(refusal(worker.complete(job, Outcome.done(null), 3))).isEqualTo(Refusal.INCOMPLETE);
        assertThat(dispatch.status(run)).isEqualTo("running");
        get(worker.log(job, 3, "three"));
        get(worker.complete(job, Outcome.done(null), 3));

        assertThat(dispatch.status(run)).isEqualTo("done");
    }

    @Test
    void aStageThatNobodyCanServeFailsAfterTheGrace() {
        RunId run = dispatch.submit("garden", noop("a") + "," + noop("b"));
        assertThat(dispatch.waitingFor(run, "a")).isEqualTo("no_capable_worker");

        dispatch.pass(Duration.ofSeconds(89));
        assertThat(dispatch.status(run)).isEqualTo("queued");
        dispatch.pass(Duration.ofSeconds(1));

        assertThat(dispatch.status(run)).isEqualTo("failed");
        assertThat(Objects.requireNonNull(dispatch.details(run).run().error()).code())
                .isEqualTo("no_capable_worker");
        assertThat(dispatch.stage(run, "b").status().toString()).isEqualTo("skipped");
    }

    @Test
    void aWorkerThatComesWithinTheGraceGetsTheStage() {
        RunId run = dispatch.submit("garden", noop("a"));
        dispatch.pass(Duration.ofSeconds(89));

        FakeWorker worker = dispatch.worker("w", 1, "noop");
        assertThat(dispatch.waitingFor(run, "a")).isEqualTo("workers_busy");
        Job job = worker.leaseOne();
        dispatch.pass(Duration.ofSeconds(5));

        worker.done(job);
        assertThat(dispatch.status(run)).isEqualTo("done");
    }

    @Test
    void theGraceBeginsWhenTheLastCapableWorkerGoes() {
        FakeWorker worker = dispatch.worker("w", 1, "noop");
        RunId busy = dispatch.submit("garden", noop("a"));
        Job job = worker.leaseOne();
        RunId run = dispatch.submit("garden", noop("a"));
        for (int i = 0; i < 10; i++) {
            dispatch.pass(Duration.ofSeconds(20));
            worker.renew(job);
        }
        assertThat(dispatch.waitingFor(run, "a")).isEqualTo("workers_busy");

        get(worker.protocol.detach());
        dispatch.settle();
        assertThat(dispatch.waitingFor(run, "a")).isEqualTo("no_capable_worker");
        assertThat(dispatch.waitingFor(busy, "a")).isEqualTo("no_capable_worker");
        dispatch.pass(Duration.ofSeconds(89));
        assertThat(dispatch.status(run)).isEqualTo("queued");
        dispatch.pass(Duration.ofSeconds(1));

        assertThat(dispatch.status(run)).isEqualTo("failed");
    }

    @Test
    void aRetryIsQueuedAfterItsBackoff() {
        FakeWorker worker = dispatch.worker("w", 1, "shell");
        RunId run = dispatch.submit("garden", shell("a", ",\"retry\":{\"max_attempts\":2,\"backoff_sec\":20}"));
        worker.fail(worker.leaseOne());
        assertThat(dispatch.waitingFor(run, "a")).isEqualTo("retry_backoff");
        assertThat(worker.lease(1)).isEmpty();

        dispatch.pass(Duration.ofSeconds(19));
        assertThat(worker.lease(1)).isEmpty();
        dispatch.pass(Duration.ofSeconds(1));

        Job job = worker.leaseOne();
        assertThat(job.attempt()).isEqualTo(2);
        worker.done(job);
        assertThat(dispatch.status(run)).isEqualTo("done");
    }

    @Test
    void aRunEndsAtItsLimit() {
        FakeWorker worker = dispatch.worker("w", 1, "shell");
        RunId running = dispatch.submit("garden", shell("a", ""));
        RunId waiting = dispatch.submit("garden", shell("a", ""));
        Job job = worker.leaseOne();
        for (int i = 0; i < 239; i++) {
            dispatch.pass(Duration.ofSeconds(15));
            worker.renew(job);
        }
        assertThat(dispatch.status(running)).isEqualTo("running");
        dispatch.pass(Duration.ofSeconds(15));

        assertThat(dispatch.status(running)).isEqualTo("failed");
        assertThat(dispatch.status(waiting)).isEqualTo("failed");
        assertThat(worker.renew(job).lost()).containsExactly(job.id());
        assertThat(refusal(worker.complete(job, Outcome.done(null), 0))).isEqualTo(Refusal.LEASE_LOST);
    }

    @Test
    void aCancelReachesTheWorkerThatWaitsForOrders() throws Exception {
        FakeWorker worker = dispatch.worker("w", 1, "shell");
        RunId run = dispatch.submit("garden", shell("a", ""));
        Job job = worker.leaseOne();
        CompletableFuture<Renewal> orders = worker.protocol.renew(
                new RenewRequest(List.of(new RenewRequest.Held(job.ref(), false)), false, Duration.ofSeconds(10)));

        dispatch.cancel(run);

        // Long before the call would be answered for want of any.
        assertThat(orders.get(5, TimeUnit.SECONDS).cancel()).containsExactly(job.id());
        get(worker.complete(job, Outcome.cancelled(), 0));
        assertThat(dispatch.status(run)).isEqualTo("cancelled");
        assertThat(dispatch.details(run).run().killConfirmed()).isTrue();
    }

    @Test
    void aCancelThatNobodyConfirmsIsOverInTime() {
        FakeWorker worker = dispatch.worker("w", 1, "shell");
        RunId run = dispatch.submit("garden", shell("a", ""));
        Job job = worker.leaseOne();
        dispatch.cancel(run);
        assertThat(dispatch.status(run)).isEqualTo("cancelling");

        dispatch.pass(Duration.ofSeconds(15));

        assertThat(dispatch.status(run)).isEqualTo("cancelled");
        assertThat(dispatch.details(run).run().killConfirmed()).isFalse();
        assertThat(worker.renew(job).lost()).containsExactly(job.id());
        assertThat(refusal(worker.complete(job, Outcome.done(null), 0))).isEqualTo(Refusal.LEASE_LOST);
    }

    @Test
    void aWorkerThatLeavesHandsItsJobsBack() {
        FakeWorker leaving = dispatch.worker("leaving", 2, "noop", "shell");
        FakeWorker staying = dispatch.worker("staying", 2, "noop", "shell");
        RunId noop = dispatch.submit("garden", noop("a"));
        RunId shell = dispatch.submit("garden", shell("a", ",\"retry\":{\"max_attempts\":2,\"on\":[\"worker_lost\"]}"));
        assertThat(leaving.lease(2)).hasSize(2);
        CompletableFuture<List<Job>> waiting = staying.leaseLater();

        get(leaving.protocol.detach());

        staying.done(get(waiting).get(0));
        staying.done(staying.leaseOne());
        assertThat(dispatch.status(noop)).isEqualTo("done");
        assertThat(dispatch.status(shell)).isEqualTo("done");
        assertThat(dispatch.stage(shell, "a").attempt()).isEqualTo(2);
    }

    private static Refusal refusal(CompletableFuture<?> call) {
        Throwable failure = failure(call);
        if (failure instanceof CompletionException && failure.getCause() != null) {
            failure = failure.getCause();
        }
        assertThat(failure).isInstanceOf(ProtocolException.class);
        return ((ProtocolException) failure).refusal();
    }
}
