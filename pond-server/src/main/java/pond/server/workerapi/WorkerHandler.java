package pond.server.workerapi;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import pond.common.ids.ArtifactName;
import pond.common.ids.JobId;
import pond.common.ids.WorkerId;
import pond.common.protocol.ArtifactUpload;
import pond.common.protocol.Attach;
import pond.common.protocol.Completion;
import pond.common.protocol.Enroll;
import pond.common.protocol.JobRef;
import pond.common.protocol.LeaseRequest;
import pond.common.protocol.LogBatch;
import pond.common.protocol.Progress;
import pond.common.protocol.ProtocolException;
import pond.common.protocol.Refusal;
import pond.common.protocol.RenewRequest;
import pond.common.protocol.Renewal;
import pond.common.protocol.UsageBatch;
import pond.common.protocol.WorkerHttp;
import pond.common.protocol.WorkerProtocol;
import pond.server.auth.AuthFilter;
import pond.server.auth.Principal;
import pond.server.http.Answers;
import pond.server.http.Bodies;
import pond.server.http.Params;
import pond.server.workers.Party;

/**
 * {@code /v1/worker/*} for workers on other machines: reads what {@link WorkerHttp} describes, lets
 * {@link WorkerProtocolService} answer it, and has no effect of its own.
 */
public final class WorkerHandler {
    /** With the downloads of artifacts this leaves a few HTTP threads for everybody else. */
    private static final int MAX_TRANSFERS = 24;
    /** No call waits longer than proxies in between do; it has an answer by itself a little earlier. */
    private static final Duration MAX_WAIT = Duration.ofSeconds(Params.MAX_WAIT_SECONDS);

    private static final Duration PATIENCE = MAX_WAIT.plusSeconds(20);
    /** So much of a refused upload is read, so that its sender sees the refusal and not a reset. */
    private static final long MAX_DRAINED = 1024 * 1024;

    private final Rooms rooms;
    private final Answers answers;
    private final Transfers transfers = new Transfers(MAX_TRANSFERS, System::nanoTime);

    public WorkerHandler(Rooms rooms, Answers answers) {
        this.rooms = rooms;
        this.answers = answers;
    }

    public void register(RoutesConfig routes) {
        routes.post(WorkerHttp.ENROLL, this::enroll);
        routes.post(WorkerHttp.ATTACH, this::attach);
        routes.post(WorkerHttp.LEASE_JOBS, this::lease);
        routes.post(WorkerHttp.RENEW, this::renew);
        routes.post(WorkerHttp.LOGS, this::logs);
        routes.post(WorkerHttp.PROGRESS, this::progress);
        routes.post(WorkerHttp.USAGE, this::usage);
        routes.post(WorkerHttp.CREDENTIAL, this::credential);
        routes.post(WorkerHttp.UPLOADED, this::uploaded);
        routes.put(WorkerHttp.ARTIFACTS + "<name>", this::putArtifact);
        routes.get(WorkerHttp.INPUTS, this::inputs);
        routes.get(WorkerHttp.INPUT + "{sha256}", this::input);
        routes.get(WorkerHttp.BUNDLE, this::bundle);
        routes.post(WorkerHttp.COMPLETE, this::complete);
        routes.post(WorkerHttp.DETACH, this::detach);
    }

    private void enroll(Context ctx) throws IOException {
        Principal.Enrollment code = AuthFilter.principal(ctx, Principal.Enrollment.class);
        answers.json(ctx, 200, rooms.enrollment().enroll(code.codeId(), body(ctx, Enroll.class)));
    }

    private void attach(Context ctx) throws IOException {
        WorkerProtocol worker = new WorkerProtocolService(rooms, party(ctx));
        answers.json(ctx, 200, worker.attach(body(ctx, Attach.class)));
    }

    /** Whoever hangs up while waiting is forgotten at once: a job must not be handed to a worker that is gone. */
    private void lease(Context ctx) throws IOException {
        WorkerProtocol worker = attached(ctx);
        LeaseRequest request = body(ctx, LeaseRequest.class);
        answers.awaiting(
                ctx,
                PATIENCE,
                worker.lease(new LeaseRequest(request.freeSlots(), bounded(request.maxWait()))),
                List.of(),
                jobs -> answers.json(ctx, 200, new WorkerHttp.Jobs(jobs)));
    }

    private void renew(Context ctx) throws IOException {
        WorkerProtocol worker = attached(ctx);
        RenewRequest request = body(ctx, RenewRequest.class);
        answers.awaiting(
                ctx,
                PATIENCE,
                worker.renew(new RenewRequest(
                        request.jobs(), request.draining(), bounded(request.maxWait()), request.paused())),
                Renewal.none(request.draining()),
                renewal -> answers.json(ctx, 200, renewal));
    }

    private void logs(Context ctx) throws IOException {
        CompletableFuture<Long> stored = attached(ctx).logs(body(ctx, LogBatch.class));
        answers.when(ctx, stored, upTo -> answers.json(ctx, 200, new WorkerHttp.Stored(upTo)));
    }

    private void progress(Context ctx) throws IOException {
        done(ctx, attached(ctx).progress(body(ctx, Progress.class)));
    }

    private void usage(Context ctx) throws IOException {
        done(ctx, attached(ctx).usage(body(ctx, UsageBatch.class)));
    }

    private void credential(Context ctx) throws IOException {
        answers.json(ctx, 200, attached(ctx).credential(body(ctx, JobRef.class)));
    }

    private void uploaded(Context ctx) throws IOException {
        CompletableFuture<Long> stored = attached(ctx).uploaded(body(ctx, ArtifactUpload.class));
        answers.when(ctx, stored, upTo -> answers.json(ctx, 200, new WorkerHttp.Stored(upTo)));
    }

    private void putArtifact(Context ctx) throws IOException {
        try {
            WorkerProtocol worker = attached(ctx);
            ArtifactName name = ArtifactName.parse(ctx.pathParam("name"))
                    .orElseThrow(() -> new ProtocolException(
                            Refusal.ARTIFACT_REFUSED, "the path does not end in the name that an artifact may have"));
            ArtifactUpload upload =
                    new ArtifactUpload(job(ctx), name, number(ctx, WorkerHttp.SIZE), text(ctx, WorkerHttp.SHA256));
            long offset = number(ctx, WorkerHttp.OFFSET);
            Runnable end = transfers.begin();
            try {
                done(ctx, worker.putArtifact(upload, offset, transfers.paced(ctx.bodyInputStream())));
            } finally {
                end.run();
            }
        } catch (ProtocolException e) {
            drain(ctx);
            throw e;
        }
    }

    private void inputs(Context ctx) {
        answers.when(
                ctx, attached(ctx).inputs(job(ctx)), inputs -> answers.json(ctx, 200, new WorkerHttp.Inputs(inputs)));
    }

    private void input(Context ctx) {
        WorkerProtocol worker = attached(ctx);
        JobRef job = job(ctx);
        String sha256 = ctx.pathParam("sha256");
        send(ctx, () -> worker.input(job, sha256));
    }

    private void bundle(Context ctx) {
        WorkerProtocol worker = attached(ctx);
        JobRef job = job(ctx);
        send(ctx, () -> worker.bundle(job));
    }

    private void complete(Context ctx) throws IOException {
        done(ctx, attached(ctx).complete(body(ctx, Completion.class)));
    }

    private void detach(Context ctx) {
        done(ctx, attached(ctx).detach());
    }

    private void done(Context ctx, CompletableFuture<Void> call) {
        answers.when(ctx, call, nothing -> ctx.status(204));
    }

    private void send(Context ctx, Supplier<CompletableFuture<InputStream>> call) {
        // A compressed body would have another length than the one announced.
        ctx.disableCompression();
        Runnable end = transfers.begin();
        CompletableFuture<InputStream> bytes = call.get().whenComplete((stream, failure) -> {
            if (failure != null) {
                end.run();
            }
        });
        answers.when(ctx, bytes, stream -> {
            ctx.contentType("application/octet-stream").result(Transfers.endingWith(stream, end));
            if (stream instanceof SizedStream sized) {
                ctx.header("Content-Length", Long.toString(sized.size()));
            }
        });
    }

    private WorkerProtocol attached(Context ctx) {
        WorkerId attachment = WorkerId.parse(text(ctx, WorkerHttp.ATTACHMENT))
                .orElseThrow(() -> new ProtocolException(
                        Refusal.UNKNOWN_WORKER, "header '" + WorkerHttp.ATTACHMENT + "' names no attachment"));
        return new WorkerProtocolService(rooms, party(ctx), attachment);
    }

    private static Party party(Context ctx) {
        Principal.Worker worker = AuthFilter.principal(ctx, Principal.Worker.class);
        return new Party(worker.identity(), worker.tags());
    }

    private static JobRef job(Context ctx) {
        return new JobRef(header(ctx, WorkerHttp.JOB, JobId::parse, "a job's id"), text(ctx, WorkerHttp.LEASE));
    }

    private static <T extends Record> T body(Context ctx, Class<T> type) throws IOException {
        return WireRecord.read(Bodies.json(ctx), type);
    }

    private static long number(Context ctx, String name) {
        return header(ctx, name, WorkerHandler::number, "a number of bytes");
    }

    private static Optional<Long> number(String text) {
        return text.matches("[0-9]{1,18}") ? Optional.of(Long.parseLong(text)) : Optional.empty();
    }

    private static String text(Context ctx, String name) {
        return header(ctx, name, Optional::of, "there");
    }

    private static <T> T header(Context ctx, String name, Function<String, Optional<T>> parse, String wanted) {
        return Optional.ofNullable(ctx.header(name))
                .flatMap(parse)
                .orElseThrow(() -> new ProtocolException(Refusal.INVALID, "header '" + name + "' must be " + wanted));
    }

    private static Duration bounded(Duration asked) {
        return asked.compareTo(MAX_WAIT) > 0 ? MAX_WAIT : asked;
    }

    private void drain(Context ctx) throws IOException {
        if (ctx.req().getContentLengthLong() <= MAX_DRAINED) {
            transfers.paced(ctx.bodyInputStream()).readNBytes((int) MAX_DRAINED);
        }
    }
}
