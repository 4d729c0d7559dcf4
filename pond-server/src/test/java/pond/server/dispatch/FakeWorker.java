package pond.server.dispatch;

import static pond.testing.TestDatabase.get;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import pond.common.api.LogStream;
import pond.common.definition.ExecutorKind;
import pond.common.ids.ArtifactName;
import pond.common.protocol.ArtifactUpload;
import pond.common.protocol.Attach;
import pond.common.protocol.AttestedEnd;
import pond.common.protocol.Completion;
import pond.common.protocol.Job;
import pond.common.protocol.LeaseRequest;
import pond.common.protocol.LogBatch;
import pond.common.protocol.Outcome;
import pond.common.protocol.Receipt;
import pond.common.protocol.RenewRequest;
import pond.common.protocol.Renewal;
import pond.common.protocol.UsageTotals;
import pond.common.protocol.WorkerProtocol;
import pond.server.workerapi.WorkerProtocolService;
import pond.server.workers.Party;
import pond.testing.TestMachine;

/** An attached worker that does nothing by itself: each call is the test's. */
final class FakeWorker {
    final WorkerProtocol protocol;
    private final TestDispatch dispatch;
    private final TestMachine machine;

    FakeWorker(TestDispatch dispatch, String name, int slots, String... kinds) {
        this(dispatch, name, slots, Set.of(), kinds);
    }

    /** With capabilities, in the pool of trusted workers. */
    FakeWorker(TestDispatch dispatch, String name, int slots, Set<String> capabilities, String... kinds) {
        this.dispatch = dispatch;
        machine = new TestMachine(name);
        protocol =
                new WorkerProtocolService(dispatch.rooms, new Party(dispatch.enroll(machine), Set.of("pool:trusted")));
        Set<ExecutorKind> executors = EnumSet.noneOf(ExecutorKind.class);
        Stream.of(kinds).forEach(kind -> executors.add(ExecutorKind.valueOf(kind.toUpperCase(Locale.ROOT))));
        get(protocol.attach(new Attach(WorkerProtocol.VERSION, name, "1", executors, capabilities, Set.of(), slots)));
        dispatch.settle();
    }

    /** What there is now, at most so many. */
    List<Job> lease(int atMost) {
        return get(protocol.lease(new LeaseRequest(atMost, Duration.ZERO)));
    }

    /** The one job that there is to be. */
    Job leaseOne() {
        List<Job> jobs = lease(1);
        if (jobs.size() != 1) {
            throw new AssertionError("leased " + jobs);
        }
        return jobs.get(0);
    }

    /** Waits for jobs; settled, so that the call is waiting when this returns. */
    CompletableFuture<List<Job>> leaseLater() {
        CompletableFuture<List<Job>> call = protocol.lease(new LeaseRequest(1, Duration.ofSeconds(10)));
        dispatch.settle();
        return call;
    }

    Renewal renew(Job... jobs) {
        List<RenewRequest.Held> held = new ArrayList<>();
        Stream.of(jobs).forEach(job -> held.add(new RenewRequest.Held(job.ref(), false)));
        return get(protocol.renew(new RenewRequest(held, false, Duration.ZERO)));
    }

    CompletableFuture<Long> log(Job job, long first, String... lines) {
        return protocol.logs(new LogBatch(
                job.ref(),
                first,
                Stream.of(lines)
                        .map(text -> new LogBatch.Line(dispatch.clock.instant(), LogStream.STDOUT, text))
                        .toList()));
    }

    CompletableFuture<Void> complete(Job job, Outcome outcome, long lastLog) {
        return protocol.complete(completion(job, outcome, lastLog, List.of()));
    }

    /** With its signature where an agent's job ends, whose model was not called. */
    private Completion completion(Job job, Outcome outcome, long lastLog, List<Completion.Produced> produced) {
        AttestedEnd end = new AttestedEnd(
                job.run(), job.stage(), job.substage(), job.attempt(), job.id(), outcome, produced, UsageTotals.NONE);
        boolean agent = job.executor().kind() == ExecutorKind.SWARM;
        return new Completion(job.ref(), outcome, lastLog, produced, Receipt.NONE, agent ? machine.attest(end) : null);
    }

    /** Ends a job that leaves one artifact. */
    void done(Job job, String artifact, String text) {
        end(job, Outcome.done(0), List.of(upload(job, artifact, text)));
    }

    /** The same with a job that has failed. */
    void fail(Job job, String artifact, String text) {
        end(job, Outcome.failed("bad", "it did not work", 1), List.of(upload(job, artifact, text)));
    }

    private void end(Job job, Outcome outcome, List<Completion.Produced> produced) {
        get(protocol.complete(completion(job, outcome, 0, produced)));
    }

    Completion.Produced upload(Job job, String artifact, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        ArtifactName name = new ArtifactName(artifact);
        String digest = sha256(bytes);
        get(protocol.putArtifact(
                new ArtifactUpload(job.ref(), name, bytes.length, digest), 0, new ByteArrayInputStream(bytes)));
        return new Completion.Produced(name, digest);
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    void done(Job job) {
        get(complete(job, Outcome.done(null), 0));
    }

    void fail(Job job) {
        get(complete(job, Outcome.failed("bad", "it did not work", 1), 0));
    }
}
