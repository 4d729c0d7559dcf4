package pond.server.artifacts;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpResponseException;
import java.nio.channels.FileChannel;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import pond.common.api.ArtifactList;
import pond.common.ids.ArtifactName;
import pond.common.ids.RunId;
import pond.server.auth.Access;
import pond.server.auth.AuthFilter;
import pond.server.errors.ErrorCode;
import pond.server.errors.PondException;
import pond.server.http.Answers;
import pond.server.http.Params;

/**
 * {@code GET /v1/runs/{id}/artifacts} and {@code GET|HEAD …/{name}}. The bytes come from whoever could run a stage, so a
 * browser must never take them for a page of this server: always an attachment, a type of the server's choice that is
 * not to be second-guessed, and a policy under which nothing in them may run or load.
 */
public final class ArtifactHandler {
    /** A download holds a thread for as long as its reader likes; most threads must stay free for others. */
    private static final int MAX_DOWNLOADS = 32;

    private final ArtifactService artifacts;
    private final Access access;
    private final Function<RunId, Optional<Instant>> removedAt;
    private final Answers answers;
    private final Semaphore downloads = new Semaphore(MAX_DOWNLOADS);

    /** @param removedAt when the artifacts of a run were removed, if they were */
    public ArtifactHandler(
            ArtifactService artifacts, Access access, Function<RunId, Optional<Instant>> removedAt, Answers answers) {
        this.artifacts = artifacts;
        this.access = access;
        this.removedAt = removedAt;
        this.answers = answers;
    }

    public void register(RoutesConfig routes) {
        routes.get("/v1/runs/{id}/artifacts", this::list);
        routes.get("/v1/runs/{id}/artifacts/<name>", this::bytes);
        routes.head("/v1/runs/{id}/artifacts/<name>", this::bytes);
    }

    private void list(Context ctx) {
        RunId run = visibleRun(ctx);
        Params.of(ctx);
        answers.json(
                ctx,
                200,
                new ArtifactList(
                        artifacts.list(run).stream().map(Artifact::view).toList(),
                        removedAt.apply(run).orElse(null)));
    }

    private void bytes(Context ctx) {
        RunId run = visibleRun(ctx);
        Params params = Params.of(ctx, "stage", "substage");
        ArtifactName name = Params.path(ctx, "name", ArtifactName::parse, "artifact");
        Artifact artifact = artifacts
                .find(
                        run,
                        name,
                        params.text("stage").orElse(null),
                        params.text("substage").orElse(null))
                .orElseThrow(() -> missing(run));
        String etag = '"' + artifact.digest().sha256() + '"';
        ctx.header("ETag", etag).header("Cache-Control", "private, no-cache");
        if (matches(ctx.header("If-None-Match"), etag)) {
            ctx.status(304);
            return;
        }
        ByteRange range = range(ctx, artifact.digest().size(), etag);
        ctx.header("Accept-Ranges", "bytes")
                .header("Content-Type", artifact.contentType())
                .header("Content-Disposition", Disposition.attachment(name))
                .header("Content-Security-Policy", "sandbox; default-src 'none'")
                .header("X-Content-Type-Options", "nosniff");
        send(ctx, run, artifact, range);
    }

    /** Which names the removed ones had is not known any more, so any name may have been one. */
    private PondException missing(RunId run) {
        return removedAt
                .apply(run)
                .map(at -> new PondException(ErrorCode.GONE, "the artifacts of this run were removed at " + at))
                .orElseGet(() -> PondException.notFound("artifact"));
    }

    private void send(Context ctx, RunId run, Artifact artifact, ByteRange range) {
        // A compressed body would have another length, and other bytes under the same tag.
        ctx.disableCompression();
        ctx.header("Content-Length", Long.toString(range.length()));
        if (ctx.method().equals(HandlerType.HEAD)) {
            return;
        }
        if (!downloads.tryAcquire()) {
            throw new PondException(ErrorCode.UNAVAILABLE, "too many downloads are under way; try again later");
        }
        Optional<FileChannel> file = Optional.empty();
        try {
            file = artifacts.open(artifact.digest().sha256());
        } finally {
            if (file.isEmpty()) {
                downloads.release();
            }
        }
        ctx.result(new FileSlice(file.orElseThrow(() -> missing(run)), range, downloads::release));
    }

    /** The bytes to send; the status and {@code Content-Range} that go with them are set. */
    private static ByteRange range(Context ctx, long size, String etag) {
        String header = ctx.header("Range");
        String condition = ctx.header("If-Range");
        // A date never matches: it is a weak promise, and none was given.
        boolean wanted =
                header != null && (condition == null || condition.strip().equals(etag));
        Optional<ByteRange> asked = wanted ? ByteRange.parse(header, size) : Optional.empty();
        if (asked.isEmpty()) {
            return new ByteRange(0, size);
        }
        ByteRange range = asked.get();
        if (!range.satisfiable()) {
            ctx.header("Content-Range", "bytes */" + size);
            throw new HttpResponseException(416, "the artifact has " + size + " bytes; the range lies outside");
        }
        ctx.status(206).header("Content-Range", "bytes " + range.first() + "-" + range.last() + "/" + size);
        return range;
    }

    /** Weak comparison, as a conditional GET wants it: {@code W/} is of no account. */
    private static boolean matches(@Nullable String header, String etag) {
        if (header == null) {
            return false;
        }
        for (String tag : header.split(",", -1)) {
            String bare = tag.strip();
            if (bare.equals("*") || (bare.startsWith("W/") ? bare.substring(2) : bare).equals(etag)) {
                return true;
            }
        }
        return false;
    }

    private RunId visibleRun(Context ctx) {
        RunId run = Params.path(ctx, "id", RunId::parse, "run");
        access.projectOf(AuthFilter.principal(ctx), run);
        return run;
    }
}
