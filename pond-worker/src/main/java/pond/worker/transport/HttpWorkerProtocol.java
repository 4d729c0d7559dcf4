package pond.worker.transport;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import pond.common.ids.WorkerId;
import pond.common.protocol.ArtifactUpload;
import pond.common.protocol.Attach;
import pond.common.protocol.Attached;
import pond.common.protocol.Completion;
import pond.common.protocol.InputArtifact;
import pond.common.protocol.Job;
import pond.common.protocol.JobRef;
import pond.common.protocol.LeaseRequest;
import pond.common.protocol.LogBatch;
import pond.common.protocol.Progress;
import pond.common.protocol.ProtocolException;
import pond.common.protocol.Refusal;
import pond.common.protocol.RenewRequest;
import pond.common.protocol.Renewal;
import pond.common.protocol.SealedCredential;
import pond.common.protocol.UsageBatch;
import pond.common.protocol.WorkerHttp;
import pond.common.protocol.WorkerProtocol;
import pond.worker.transport.Answer.Reading;

/**
 * {@link WorkerProtocol} as {@link WorkerHttp} describes it. It remembers the attachment of the last successful
 * {@code attach} and names it in later calls. An answer is told on a thread of its own pool, so what is chained to a
 * future should be short. Nothing is repeated here: the caller repeats.
 */
public final class HttpWorkerProtocol implements WorkerProtocol, AutoCloseable {
    /** For calls that do not wait on the server, connecting included. */
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(30);
    /** What a waiting call may take beyond its wait, for connecting and for a server that is slow to answer. */
    private static final Duration MARGIN = Duration.ofSeconds(10);

    private final Connections connections;
    private final Exchange exchange;
    private final String bearer;
    private volatile @Nullable WorkerId attachment;

    private HttpWorkerProtocol(HttpSettings settings, Connections connections, String bearer) {
        this.connections = connections;
        this.exchange = new Exchange(connections, settings.clock());
        this.bearer = bearer;
    }

    /**
     * A client that has not sent anything yet.
     *
     * @throws IOException when the file with certificates cannot be used
     * @throws IllegalArgumentException when the bearer holds what no header can
     */
    public static HttpWorkerProtocol open(HttpSettings settings, String bearer) throws IOException {
        Secrets.of(bearer);
        return new HttpWorkerProtocol(settings, Connections.open(settings), bearer);
    }

    Connections connections() {
        return connections;
    }

    @Override
    public CompletableFuture<Attached> attach(Attach attach) {
        return made(() -> exchange.send(
                connections.vital(),
                JsonBody.post(authorized(WorkerHttp.ATTACH), attach).build(),
                ANSWER_WITHIN,
                Secrets.of(bearer),
                response -> remembered(Answer.record(response, Attached.class, true))));
    }

    private Attached remembered(Attached attached) throws IOException {
        if (attached.lease().isNegative()
                || attached.lease().isZero()
                || attached.cancelGrace().isNegative()) {
            throw new IOException("the server's answer names a lease or grace that cannot be");
        }
        attachment = attached.worker();
        return attached;
    }

    @Override
    public CompletableFuture<List<Job>> lease(LeaseRequest request) {
        return post(
                connections.vital(),
                WorkerHttp.LEASE_JOBS,
                request,
                waiting(request.maxWait()),
                null,
                response ->
                        Answer.record(response, WorkerHttp.Jobs.class, false).jobs());
    }

    @Override
    public CompletableFuture<Renewal> renew(RenewRequest request) {
        return post(
                connections.vital(),
                WorkerHttp.RENEW,
                request,
                waiting(request.maxWait()),
                null,
                response -> Answer.record(response, Renewal.class, false));
    }

    @Override
    public CompletableFuture<Long> logs(LogBatch batch) {
        return postJob(WorkerHttp.LOGS, batch, batch.job(), HttpWorkerProtocol::stored);
    }

    @Override
    public CompletableFuture<Void> progress(Progress progress) {
        return postJob(WorkerHttp.PROGRESS, progress, progress.job(), Answer::nothing);
    }

    @Override
    public CompletableFuture<Void> usage(UsageBatch batch) {
        return postJob(WorkerHttp.USAGE, batch, batch.job(), Answer::nothing);
    }

    @Override
    public CompletableFuture<SealedCredential> credential(JobRef job) {
        return postJob(
                WorkerHttp.CREDENTIAL, job, job, response -> Answer.record(response, SealedCredential.class, true));
    }

    @Override
    public CompletableFuture<Long> uploaded(ArtifactUpload upload) {
        return postJob(WorkerHttp.UPLOADED, upload, upload.job(), HttpWorkerProtocol::stored);
    }

    private static Long stored(Response response) throws IOException {
        long upTo = Answer.record(response, WorkerHttp.Stored.class, true).upTo();
        if (upTo < 0) {
            throw new IOException("the server's answer names less than nothing");
        }
        return upTo;
    }

    @Override
    public CompletableFuture<Void> putArtifact(ArtifactUpload upload, long offset, InputStream bytes) {
        CompletableFuture<Void> sent = made(() -> {
            if (offset < 0 || offset > upload.size()) {
                throw new IllegalArgumentException("an artifact of " + upload.size() + " bytes has no byte " + offset);
            }
            Request request = about(
                            upload.job(),
                            WorkerHttp.ARTIFACTS
                                    + PathSegments.encode(upload.name().toString()))
                    .header(WorkerHttp.SIZE, Long.toString(upload.size()))
                    .header(WorkerHttp.SHA256, upload.sha256())
                    .header(WorkerHttp.OFFSET, Long.toString(offset))
                    .put(new StreamBody(bytes, upload.size() - offset))
                    .build();
            return exchange.upload(request, secrets(upload.job()));
        });
        // Not a stage of the first future: such a stage does not run any more when it was cancelled itself.
        CompletableFuture<Void> done = new CompletableFuture<>();
        CompletableFuture<Void> unused = sent.whenComplete((nothing, failure) -> finish(done, bytes, failure));
        CompletableFuture<Void> unusedToo = done.whenComplete((nothing, failure) -> {
            if (done.isCancelled()) {
                sent.cancel(true);
            }
        });
        return done;
    }

    private static void finish(CompletableFuture<Void> done, InputStream bytes, @Nullable Throwable failure) {
        Throwable why = failure;
        try {
            bytes.close();
        } catch (IOException e) {
            why = why == null ? e : why;
        }
        if (why == null) {
            done.complete(null);
        } else {
            done.completeExceptionally(why);
        }
    }

    @Override
    public CompletableFuture<List<InputArtifact>> inputs(JobRef job) {
        return made(() -> exchange.send(
                connections.jobs(),
                about(job, WorkerHttp.INPUTS).build(),
                ANSWER_WITHIN,
                secrets(job),
                response ->
                        Answer.record(response, WorkerHttp.Inputs.class, false).inputs()));
    }

    @Override
    public CompletableFuture<InputStream> input(JobRef job, String sha256) {
        return download(job, WorkerHttp.INPUT + PathSegments.encode(sha256));
    }

    @Override
    public CompletableFuture<InputStream> bundle(JobRef job) {
        return download(job, WorkerHttp.BUNDLE);
    }

    @Override
    public CompletableFuture<Void> complete(Completion completion) {
        return postJob(WorkerHttp.COMPLETE, completion, completion.job(), Answer::nothing);
    }

    @Override
    public CompletableFuture<Void> detach() {
        return made(() -> exchange.send(
                connections.vital(),
                attached(WorkerHttp.DETACH).post(JsonBody.empty()).build(),
                ANSWER_WITHIN,
                Secrets.of(bearer),
                Answer::nothing));
    }

    /** Ends every call that is under way. */
    @Override
    public void close() {
        connections.close();
    }

    private <T> CompletableFuture<T> postJob(String path, Object body, JobRef job, Reading<T> reading) {
        return post(connections.jobs(), path, body, ANSWER_WITHIN, job, reading);
    }

    private <T> CompletableFuture<T> post(
            OkHttpClient by, String path, Object body, Duration atMost, @Nullable JobRef job, Reading<T> reading) {
        return made(() -> exchange.send(
                by,
                JsonBody.post(attached(path), body).build(),
                atMost,
                job == null ? Secrets.of(bearer) : secrets(job),
                reading));
    }

    /** The library would take gzip otherwise, and the length of what arrives could not be compared with what was said. */
    private CompletableFuture<InputStream> download(JobRef job, String path) {
        return made(() -> exchange.download(
                about(job, path).header("Accept-Encoding", "identity").build(), secrets(job)));
    }

    private static Duration waiting(Duration maxWait) {
        return maxWait.plus(MARGIN);
    }

    private Secrets secrets(JobRef job) {
        return Secrets.of(bearer, job.leaseToken());
    }

    private Request.Builder authorized(String path) {
        return connections.request(path).header("Authorization", "Bearer " + bearer);
    }

    private Request.Builder attached(String path) {
        WorkerId now = attachment;
        if (now == null) {
            // What a server says of an attachment that it does not know, and means the same to the caller.
            throw new ProtocolException(Refusal.UNKNOWN_WORKER, "attach first");
        }
        return authorized(path).header(WorkerHttp.ATTACHMENT, now.toString());
    }

    private Request.Builder about(JobRef job, String path) {
        secrets(job);
        return attached(path).header(WorkerHttp.JOB, job.job().toString()).header(WorkerHttp.LEASE, job.leaseToken());
    }

    /** A call that cannot even be made fails like any other. */
    private static <T> CompletableFuture<T> made(Supplier<CompletableFuture<T>> call) {
        try {
            return call.get();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }
}
