package pond.server.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.MethodNotAllowedResponse;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.io.EofException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pond.common.problems.Problem;
import pond.common.problems.ProblemCode;
import pond.common.protocol.ProtocolException;
import pond.common.protocol.Refusal;
import pond.common.protocol.WorkerHttp;
import pond.server.db.DatabaseBusyException;
import pond.server.db.DatabaseFullException;
import pond.server.errors.ErrorCode;
import pond.server.errors.PondException;
import pond.server.limits.DiskSpace;

/**
 * Turns what a handler threw into an answer; the only place that knows the status of an {@link ErrorCode}. What is not
 * a refusal becomes 500 without a word about the cause: the cause goes to the log, under the request's id.
 */
final class ErrorMapper {
    private static final Logger LOG = LoggerFactory.getLogger(ErrorMapper.class);
    private static final String WORKERS = "/v1/worker/";
    private static final Duration DISK_FULL_AGAIN = Duration.ofSeconds(10);

    void register(RoutesConfig routes) {
        routes.exception(Exception.class, (thrown, ctx) -> answer(ctx, unwrap(thrown)));
        // Javalin has a handler of its own for this one, which would be the nearer match.
        routes.exception(HttpResponseException.class, (thrown, ctx) -> answer(ctx, thrown));
        // A status without a body: after an Error, and when an asynchronous answer has not come by the deadline.
        routes.error(500, ctx -> {
            if (ctx.resultInputStream() == null) {
                internal(ctx, new IllegalStateException("there was no answer"));
            }
        });
        // The same, of Javalin's own making, when a body stops arriving.
        routes.error(408, ctx -> {
            if (ctx.resultInputStream() == null) {
                stopped(ctx);
            }
        });
    }

    /** Only the log is left to tell: what can still be answered is answered as for any status without a body. */
    static void fatal(HttpServletResponse response, Error error) {
        LOG.error("request {} failed", response.getHeader(FrontDoor.REQUEST_ID_HEADER), error);
    }

    private static void answer(Context ctx, Throwable thrown) {
        if (thrown instanceof PondException refusal) {
            int status = status(refusal.code());
            if (status == 401) {
                ctx.header("WWW-Authenticate", "Bearer");
            }
            write(ctx, status, detail(refusal), refusal.problems());
            refusal.retryAfter().ifPresent(after -> retryAfter(ctx, after));
        } else if (thrown instanceof ProtocolException refusal) {
            refuse(ctx, refusal);
        } else if (thrown instanceof MethodNotAllowedResponse notAllowed) {
            notAllowed(ctx, notAllowed);
        } else if (thrown instanceof HttpResponseException response) {
            write(ctx, response.getStatus(), detail(response), List.of());
        } else if (thrown instanceof HttpException http && http.getCode() < 500) {
            write(ctx, http.getCode(), "the body could not be read", List.of());
        } else if (thrown instanceof DatabaseBusyException) {
            write(ctx, 503, "too much is waiting to be stored; try again in a moment", List.of());
        } else if (thrown instanceof DatabaseFullException || DiskSpace.ranOut(thrown)) {
            full(ctx, thrown);
        } else if (thrown instanceof CancellationException || thrown instanceof RejectedExecutionException) {
            write(ctx, 503, "the server is about to stop; try again in a moment", List.of());
        } else if (isHangup(thrown)) {
            hungUp(ctx);
        } else if (isSilence(thrown)) {
            stopped(ctx);
        } else {
            internal(ctx, thrown);
        }
    }

    /** Whether the connection ended before the body did. */
    private static boolean isHangup(Throwable thrown) {
        Throwable inner = thrown;
        while (inner.getCause() != null && !(inner instanceof EofException)) {
            inner = inner.getCause();
        }
        return inner instanceof EofException;
    }

    /** Whether the connection was silent for its idle time-out while a body was read from it. */
    private static boolean isSilence(Throwable thrown) {
        Throwable inner = thrown;
        while (inner.getCause() != null && !(inner.getCause() instanceof TimeoutException)) {
            inner = inner.getCause();
        }
        return inner instanceof IOException && inner.getCause() != null;
    }

    private static void stopped(Context ctx) {
        write(ctx, 408, "the body stopped arriving", List.of());
    }

    /** Nothing that the caller could mend; the operator can, who finds the request in the log. */
    private static void full(Context ctx, Throwable thrown) {
        Passage.of(ctx).run(() -> LOG.warn("{} {}: {}", ctx.req().getMethod(), ctx.path(), thrown.toString()));
        String detail =
                "the disk of the server is full or failing; nothing of this call is stored, so try again when it has room";
        write(ctx, 503, detail, List.of(Problem.of(ProblemCode.DISK_FULL, null, null, detail)));
        retryAfter(ctx, DISK_FULL_AGAIN);
    }

    /** No fault of the server's. As a rule nobody reads the answer; should a proxy do, the call may be made again. */
    private static void hungUp(Context ctx) {
        Passage.of(ctx)
                .run(() -> LOG.info(
                        "{} {}: the connection ended before the body", ctx.req().getMethod(), ctx.path()));
        write(ctx, 503, "the connection ended before the body had arrived", List.of());
    }

    private static void refuse(Context ctx, ProtocolException thrown) {
        int status = WorkerHttp.status(thrown.refusal());
        write(ctx, status, String.valueOf(thrown.getMessage()), List.of(), thrown.refusal());
        thrown.retryAfter().ifPresent(after -> retryAfter(ctx, after));
    }

    /** In whole seconds, and never none: the caller would be back before anything has changed. */
    private static void retryAfter(Context ctx, Duration after) {
        ctx.header(
                "Retry-After", Long.toString(Math.max(1, after.plusMillis(999).toSeconds())));
    }

    private static void internal(Context ctx, Throwable thrown) {
        String id = Answers.requestId(ctx);
        Passage.of(ctx).run(() -> LOG.error("{} {} failed", ctx.req().getMethod(), ctx.path(), thrown));
        write(
                ctx,
                500,
                "something went wrong inside the server; its log has the details under request id " + id,
                List.of());
    }

    private static void notAllowed(Context ctx, MethodNotAllowedResponse thrown) {
        String allowed = String.join(", ", thrown.getDetails().values());
        ctx.header("Allow", allowed);
        write(ctx, 405, "this path does not take " + ctx.req().getMethod() + "; it takes " + allowed, List.of());
    }

    private static String detail(PondException refusal) {
        return String.valueOf(refusal.getMessage());
    }

    private static String detail(HttpResponseException thrown) {
        return thrown.getStatus() == 404 ? "there is nothing at this path" : String.valueOf(thrown.getMessage());
    }

    private static void write(Context ctx, int status, String detail, List<Problem> problems) {
        write(ctx, status, detail, problems, ctx.path().startsWith(WORKERS) ? refusal(status) : null);
    }

    private static void write(
            Context ctx, int status, String detail, List<Problem> problems, @Nullable Refusal refusal) {
        if (status == 503) {
            ctx.header("Retry-After", ErrorBody.RETRY_AFTER);
        }
        ctx.status(status).contentType(ErrorBody.CONTENT_TYPE).result(ErrorBody.of(status, detail, problems, refusal));
    }

    /** What an error that is everybody's means to a worker; of a fault of the server nobody knows what it means. */
    private static @Nullable Refusal refusal(int status) {
        return switch (status) {
            case 401, 403 -> Refusal.UNAUTHORIZED;
            case 408, 429, 503 -> Refusal.BUSY;
            default -> status < 500 ? Refusal.INVALID : null;
        };
    }

    private static Throwable unwrap(Throwable thrown) {
        Throwable inner = thrown;
        while ((inner instanceof CompletionException || inner instanceof ExecutionException)
                && inner.getCause() != null) {
            inner = inner.getCause();
        }
        return inner;
    }

    private static int status(ErrorCode code) {
        return switch (code) {
            case MALFORMED -> 400;
            case UNAUTHENTICATED -> 401;
            case FORBIDDEN -> 403;
            case NOT_FOUND -> 404;
            case GONE -> 410;
            case CONFLICT -> 409;
            case TOO_SLOW -> 408;
            case TOO_LARGE -> 413;
            case INVALID -> 422;
            case LIMITED -> 429;
            case UNAVAILABLE -> 503;
        };
    }
}
