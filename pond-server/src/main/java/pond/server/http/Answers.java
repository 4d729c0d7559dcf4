package pond.server.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.eclipse.jetty.ee10.servlet.ServletContextResponse;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import pond.common.json.Json;

/**
 * How handlers answer: with a value at hand, with one that a future brings, after a long poll, or with a stream. Waiting
 * costs no thread, and whoever completes a future never writes to a socket: that is always done by an HTTP thread, because
 * a slow reader may hold it up. (Streams are written so that no reader can hold up anybody.) Safe to share; make one, give it to the handlers and to {@link HttpServer#start}.
 */
public final class Answers implements AutoCloseable {
    private static final int MAX_THREADS = 64;
    private static final int MIN_THREADS = 4;
    private static final int THREAD_IDLE_MILLIS = 60_000;

    private final QueuedThreadPool threads = new QueuedThreadPool(MAX_THREADS, MIN_THREADS, THREAD_IDLE_MILLIS);
    private final Hangups hangups;
    private final Set<Runnable> polls = ConcurrentHashMap.newKeySet();
    private final Set<Runnable> streams = ConcurrentHashMap.newKeySet();
    private final AtomicInteger underWay = new AtomicInteger();
    private volatile RequestListener listener = RequestListener.NONE;
    private volatile boolean ending;

    public Answers() throws IOException {
        threads.setName("pond-http");
        threads.setDaemon(true);
        hangups = new Hangups();
    }

    /** Answers with a value as JSON. */
    public void json(Context ctx, int status, Object value) {
        if (ending) {
            // Else the caller would make its next request here, only to be told to come back.
            ctx.header("Connection", "close");
        }
        try {
            ctx.status(status)
                    .contentType("application/json")
                    .result(Json.strict().writeValueAsBytes(value));
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Answers with what a future brings, as JSON; with the matching error when it fails. */
    public <T> void json(Context ctx, int status, CompletableFuture<T> future) {
        when(ctx, future, value -> json(ctx, status, value));
    }

    /** Lets {@code write} answer with what a future brings, on an HTTP thread. */
    public <T> void when(Context ctx, CompletableFuture<T> future, Consumer<? super T> write) {
        Passage passage = Passage.of(ctx);
        ctx.future(() -> future.whenCompleteAsync(
                (value, failure) -> {
                    if (failure == null) {
                        passage.run(() -> write.accept(value));
                    }
                },
                threads));
    }

    /**
     * A long poll for a change: answers with what {@code read} gives once the signal is complete. The signal is
     * completed here when the time is up, the caller hangs up or the server stops, so its owner can forget it then.
     */
    public <T> void afterSignal(Context ctx, Duration atMost, CompletableFuture<Void> signal, Supplier<T> read) {
        when(ctx, park(ctx, atMost, signal, null), none -> json(ctx, 200, read.get()));
    }

    /**
     * A long poll for a thing: lets {@code write} answer with what comes. When the time is up, the caller hangs up or
     * the server stops, the future is completed with {@code otherwise}; whoever wants to complete it later sees
     * {@link CompletableFuture#complete} say false, and must give the thing to someone else.
     */
    public <T> void awaiting(
            Context ctx, Duration atMost, CompletableFuture<T> awaited, T otherwise, Consumer<? super T> write) {
        when(ctx, park(ctx, atMost, awaited, otherwise), write);
    }

    /**
     * Answers with pieces until they end, the caller hangs up or the server stops; status and headers are those that the
     * context has. No time is too long for that.
     */
    public void stream(Context ctx, Pieces pieces) {
        Outflow flow = new Outflow(ServletContextResponse.getServletContextResponse(ctx.res()), pieces);
        ctx.future(() -> {
            ctx.req().getAsyncContext().setTimeout(0);
            Runnable end = () -> flow.end(pieces.farewell());
            streams.add(end);
            Runnable unwatch = watch(ctx, flow::cut);
            CompletableFuture<Void> over = flow.over().whenComplete((none, failure) -> {
                streams.remove(end);
                unwatch.run();
            });
            flow.start();
            // The stop may have begun before the entry above.
            if (ending) {
                end.run();
            }
            return over;
        });
    }

    /** Tells of every request from now on; there is one listener. */
    public void onRequest(RequestListener told) {
        listener = told;
    }

    RequestListener listener() {
        return listener;
    }

    void begun() {
        underWay.incrementAndGet();
    }

    void ended() {
        underWay.decrementAndGet();
    }

    /** How many requests are being served, long polls and streams included. */
    public int underWay() {
        return underWay.get();
    }

    /** How many of them are long polls that wait for something. */
    public int waiting() {
        return polls.size();
    }

    /** Ends every long poll and stream now, and those that come later at once. */
    void endWaits() {
        ending = true;
        polls.forEach(Runnable::run);
        streams.forEach(Runnable::run);
    }

    boolean isEnding() {
        return ending;
    }

    QueuedThreadPool threads() {
        return threads;
    }

    @Override
    public void close() {
        endWaits();
        hangups.close();
    }

    /** The id of a request, as its answer's {@code X-Request-Id} has it. */
    public static String requestId(Context ctx) {
        String id = ctx.attribute(FrontDoor.REQUEST_ID);
        return id == null ? "unknown" : id;
    }

    /** The same future, completed with {@code otherwise} when there is no more reason to wait. */
    private <T> CompletableFuture<T> park(
            Context ctx, Duration atMost, CompletableFuture<T> awaited, @Nullable T otherwise) {
        if (awaited.isDone() || atMost.isZero() || ending) {
            awaited.complete(otherwise);
            return awaited;
        }
        Runnable end = () -> awaited.complete(otherwise);
        polls.add(end);
        Runnable unwatch = watch(ctx, end);
        // The stop may have begun between the look at it and the entry above.
        if (ending) {
            end.run();
        }
        return awaited.completeOnTimeout(otherwise, atMost.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((value, failure) -> {
                    polls.remove(end);
                    unwatch.run();
                });
    }

    private Runnable watch(Context ctx, Runnable onHangup) {
        return ctx.<Object>attribute(FrontDoor.CONNECTION) instanceof SocketChannel channel
                ? hangups.watch(channel, onHangup)
                : () -> {};
    }
}
