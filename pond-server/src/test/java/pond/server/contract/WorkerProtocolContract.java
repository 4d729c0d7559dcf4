package pond.server.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.testing.TestDatabase.get;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.common.api.LogStream;
import pond.common.definition.ExecutorKind;
import pond.common.ids.ArtifactName;
import pond.common.ids.RunId;
import pond.common.protocol.ArtifactUpload;
import pond.common.protocol.Attach;
import pond.common.protocol.Attached;
import pond.common.protocol.Completion;
import pond.common.protocol.Job;
import pond.common.protocol.LeaseRequest;
import pond.common.protocol.LogBatch;
import pond.common.protocol.Outcome;
import pond.common.protocol.Progress;
import pond.common.protocol.ProtocolException;
import pond.common.protocol.Receipt;
import pond.common.protocol.Refusal;
import pond.common.protocol.RenewRequest;
import pond.common.protocol.Renewal;
import pond.common.protocol.UsageBatch;
import pond.common.protocol.WorkerProtocol;
import pond.server.auth.TokenDigest;
import pond.server.dispatch.TestDispatch;

/** What {@link WorkerProtocol} promises, whichever way its calls go. A route says how a new worker speaks. */
abstract class WorkerProtocolContract {
    private static final String TEXT = "result";
    private static final Duration AT_ONCE = Duration.ZERO;

    /** A server without workers, whose time passes when a test says so. */
    protected TestDispatch server;

    /** A newly enrolled worker, not attached yet: a new client each time, as if its process had been started anew. */
    protected interface Party {
        WorkerProtocol start();
    }

    protected abstract Party party(String name);

    @BeforeEach
    void open(@TempDir Path folder) throws Exception {
        server = new TestDispatch(folder);
    }

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void nothingGoesBeforeAttach() {
        WorkerProtocol worker = party("w").start();

        assertThat(refusal(worker.lease(new LeaseRequest(1, AT_ONCE)))).isEqualTo(Refusal.UNKNOWN_WORKER);
    }

    @Test
    void aJobGoesItsWholeWayAndEachCallMayBeRepeated() throws IOException {
        WorkerProtocol worker = attached("w");
        RunId run = server.submit("garden", TestDispatch.noop("make") + "," + TestDispatch.noop("use"));
        Job make = leaseOne(worker);

        for (int i = 0; i < 2; i++) {
            assertThat(get(worker.logs(batch(make, 1, "one", "two")))).isEqualTo(2);
            get(worker.progress(new Progress(make.ref(), 1, 2, "half")));
            get(worker.usage(new UsageBatch(make.ref(), List.of())));
            get(worker.putArtifact(upload(make), 0, bytes(TEXT)));
        }
        assertThat(get(worker.logs(batch(make, 2, "two", "three")))).isEqualTo(3);
        for (int i = 0; i < 2; i++) {
            get(worker.complete(completion(make, 3)));
        }

        Job use = leaseOne(worker);
        assertThat(use.hasInputs()).isTrue();
        assertThat(get(worker.inputs(use.ref()))).singleElement().satisfies(input -> {
            assertThat(input.name()).isEqualTo(new ArtifactName("a"));
            assertThat(input.flat()).isTrue();
        });
        try (InputStream input = get(worker.input(use.ref(), TokenDigest.of(TEXT)))) {
            assertThat(new String(input.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo(TEXT);
        }
        get(worker.complete(new Completion(use.ref(), Outcome.done(0), 0, List.of(), Receipt.NONE, null)));
        assertThat(server.status(run)).isEqualTo("done");
        assertThat(server.lines(run)).containsExactly("one", "two", "three");
    }

    @Test
    void aGapInTheLogIsRefused() {
        WorkerProtocol worker = attached("w");
        server.submit("garden", TestDispatch.noop("a"));
        Job job = leaseOne(worker);
        get(worker.logs(batch(job, 1, "one")));

        assertThat(refusal(worker.logs(batch(job, 3, "three")))).isEqualTo(Refusal.LOG_GAP);
        assertThat(refusal(worker.logs(batch(job, 0, "zero")))).isEqualTo(Refusal.INVALID);
    }

    @Test
    void aCompleteWithoutAllThatItNamesIsRefusedAndMayBeRepeated() {
        WorkerProtocol worker = attached("w");
        server.submit("garden", TestDispatch.noop("a"));
        Job job = leaseOne(worker);

        assertThat(refusal(worker.complete(completion(job, 1)))).isEqualTo(Refusal.INCOMPLETE);
        get(worker.logs(batch(job, 1, "one")));
        assertThat(refusal(worker.complete(completion(job, 1)))).isEqualTo(Refusal.INCOMPLETE);
        get(worker.putArtifact(upload(job), 0, bytes(TEXT)));
        get(worker.complete(completion(job, 1)));
    }

    @Test
    void artifactsThatAreNotWhatWasAnnouncedAreRefused() {
        WorkerProtocol worker = attached("w");
        server.submit("garden", TestDispatch.noop("a"));
        Job job = leaseOne(worker);
        ArtifactName name = new ArtifactName("a");
        String sha256 = TokenDigest.of(TEXT);

        assertThat(refusal(worker.putArtifact(upload(job), 0, bytes("other!")))).isEqualTo(Refusal.ARTIFACT_REFUSED);
        long tooMuch = job.limits().artifactBytes() + 1;
        ArtifactUpload tooLarge = new ArtifactUpload(job.ref(), name, tooMuch, sha256);
        assertThat(refusal(worker.uploaded(tooLarge))).isEqualTo(Refusal.ARTIFACT_REFUSED);
        assertThat(refusal(worker.putArtifact(tooLarge, 0, bytes("x".repeat((int) tooMuch)))))
                .isEqualTo(Refusal.ARTIFACT_REFUSED);
        assertThat(refusal(worker.putArtifact(upload(job), 3, bytes("ult")))).isEqualTo(Refusal.INVALID);
        assertThat(get(worker.uploaded(upload(job)))).isZero();
        get(worker.putArtifact(upload(job), 0, bytes(TEXT)));
        assertThat(get(worker.uploaded(upload(job)))).isEqualTo(TEXT.length());
    }

    @Test
    void aWaitingLeaseIsAnsweredWhenAJobIsQueued() {
        WorkerProtocol worker = attached("w");
        CompletableFuture<List<Job>> call = worker.lease(new LeaseRequest(1, Duration.ofSeconds(10)));

        RunId run = server.submit("garden", TestDispatch.noop("a"));

        assertThat(get(call)).extracting(Job::run).containsExactly(run);
    }

    @Test
    void aCancelReachesTheWorkerAndItsEndIsTaken() {
        WorkerProtocol worker = attached("w");
        RunId run = server.submit("garden", TestDispatch.noop("a"));
        Job job = leaseOne(worker);
        assertThat(get(worker.renew(renewal(job, false, AT_ONCE)))).isEqualTo(Renewal.none(false));
        CompletableFuture<Renewal> waiting = worker.renew(renewal(job, false, Duration.ofSeconds(10)));

        server.cancel(run);

        assertThat(get(waiting).cancel()).containsExactly(job.id());
        get(worker.complete(new Completion(job.ref(), Outcome.cancelled(), 0, List.of(), Receipt.NONE, null)));
        assertThat(server.status(run)).isEqualTo("cancelled");
    }

    @Test
    void aWorkerThatWasLostChangesNothing() {
        WorkerProtocol lost = attached("lost");
        server.submit("garden", TestDispatch.noop("a"));
        Job old = leaseOne(lost);
        server.pass(TestDispatch.SETTINGS.lease().dividedBy(2));
        WorkerProtocol next = attached("next");
        server.pass(TestDispatch.SETTINGS.lease().dividedBy(2));
        Job job = leaseOne(next);

        assertThat(job.fence()).isGreaterThan(old.fence());
        assertThat(job.attempt()).isEqualTo(2);
        for (CompletableFuture<?> call : callsAbout(lost, old)) {
            assertThat(refusal(call)).isEqualTo(Refusal.UNKNOWN_WORKER);
        }
        for (CompletableFuture<?> call : callsAbout(next, old)) {
            assertThat(refusal(call)).isEqualTo(Refusal.LEASE_LOST);
        }
        assertThat(get(next.renew(renewal(old, false, AT_ONCE))).lost()).containsExactly(old.id());
    }

    @Test
    void aLaterStartReplacesTheEarlier() {
        Party party = party("w");
        WorkerProtocol earlier = attach(party.start());
        server.submit("garden", TestDispatch.noop("a"));
        Job old = leaseOne(earlier);

        WorkerProtocol later = attach(party.start());

        for (CompletableFuture<?> call : callsAbout(earlier, old)) {
            assertThat(refusal(call)).isEqualTo(Refusal.REPLACED);
        }
        assertThat(leaseOne(later).attempt()).isEqualTo(2);
    }

    @Test
    void aDetachGivesBackWhatIsHeldAndMayBeRepeated() {
        WorkerProtocol worker = attached("w");
        RunId run = server.submit("garden", TestDispatch.noop("a"));
        leaseOne(worker);

        get(worker.detach());
        get(worker.detach());

        assertThat(server.stage(run, "a").status().toString()).isEqualTo("queued");
        assertThat(refusal(worker.lease(new LeaseRequest(1, AT_ONCE)))).isEqualTo(Refusal.UNKNOWN_WORKER);
    }

    @Test
    void anUnknownVersionAndTheServersOwnExecutorAreRefused() {
        WorkerProtocol worker = party("w").start();

        assertThat(refusal(worker.attach(new Attach(99, "w", "1", Set.of(), Set.of(), Set.of(), 1))))
                .isEqualTo(Refusal.UPGRADE_NEEDED);
        assertThat(refusal(worker.attach(new Attach(
                        WorkerProtocol.VERSION, "w", "1", Set.of(ExecutorKind.FETCH), Set.of(), Set.of(), 1))))
                .isEqualTo(Refusal.INVALID);
    }

    private List<CompletableFuture<?>> callsAbout(WorkerProtocol worker, Job job) {
        return Stream.<CompletableFuture<?>>of(
                        worker.logs(batch(job, 1, "late")),
                        worker.progress(new Progress(job.ref(), 1, 1, null)),
                        worker.usage(new UsageBatch(job.ref(), List.of())),
                        worker.uploaded(upload(job)),
                        worker.putArtifact(upload(job), 0, bytes(TEXT)),
                        worker.inputs(job.ref()),
                        worker.input(job.ref(), TokenDigest.of(TEXT)),
                        worker.bundle(job.ref()),
                        worker.complete(new Completion(job.ref(), Outcome.done(0), 0, List.of(), Receipt.NONE, null)))
                .toList();
    }

    private WorkerProtocol attached(String name) {
        return attach(party(name).start());
    }

    /** Attaches it as the tests here do. */
    protected WorkerProtocol attach(WorkerProtocol worker) {
        Attached attached = get(worker.attach(
                new Attach(WorkerProtocol.VERSION, "w", "1", Set.of(ExecutorKind.NOOP), Set.of(), Set.of("gpu"), 2)));
        assertThat(attached.lease()).isEqualTo(TestDispatch.SETTINGS.lease());
        server.settle();
        return worker;
    }

    private static Job leaseOne(WorkerProtocol worker) {
        List<Job> jobs = get(worker.lease(new LeaseRequest(1, Duration.ofSeconds(10))));
        assertThat(jobs).hasSize(1);
        return jobs.get(0);
    }

    private static RenewRequest renewal(Job job, boolean cancelling, Duration wait) {
        return new RenewRequest(List.of(new RenewRequest.Held(job.ref(), cancelling)), false, wait);
    }

    private static LogBatch batch(Job job, long first, String... lines) {
        List<LogBatch.Line> all = new ArrayList<>();
        for (String line : lines) {
            all.add(new LogBatch.Line(Instant.parse("2026-01-01T00:00:00Z"), LogStream.STDOUT, line));
        }
        return new LogBatch(job.ref(), first, all);
    }

    private static ArtifactUpload upload(Job job) {
        return new ArtifactUpload(job.ref(), new ArtifactName("a"), TEXT.length(), TokenDigest.of(TEXT));
    }

    private static Completion completion(Job job, long lastLog) {
        return new Completion(
                job.ref(),
                Outcome.done(0),
                lastLog,
                List.of(new Completion.Produced(new ArtifactName("a"), TokenDigest.of(TEXT))),
                Receipt.NONE,
                null);
    }

    private static InputStream bytes(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Refusal refusal(CompletableFuture<?> call) {
        Throwable failure = pond.testing.TestDatabase.failure(call);
        Throwable cause = failure instanceof CompletionException wrapped ? wrapped.getCause() : failure;
        assertThat(cause).isInstanceOf(ProtocolException.class);
        return ((ProtocolException) cause).refusal();
    }
}
