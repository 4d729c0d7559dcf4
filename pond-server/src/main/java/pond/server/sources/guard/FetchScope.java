package pond.server.sources.guard;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pond.server.sources.guard.SourceException.Code;

/**
 * The life of one fetch: its deadline and its cancel signal. When either comes, every connection that is open is closed
 * at once, so that no blocked read outlives it; work between reads asks {@link #check}. Used by the fetching thread; the
 * signal may come from any thread.
 */
public final class FetchScope implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(FetchScope.class);

    private final Set<Closeable> open = ConcurrentHashMap.newKeySet();
    private final CompletableFuture<Void> timer = new CompletableFuture<>();
    private volatile @Nullable SourceException ending;

    /** Ends when {@code cancel} completes in any way, or after {@code timeout}. */
    public FetchScope(CompletionStage<?> cancel, Duration timeout) {
        var expired = timer.thenRun(() -> end(new SourceException(Code.TIMEOUT, "not done within " + timeout)));
        timer.completeOnTimeout(null, timeout.toNanos(), TimeUnit.NANOSECONDS);
        cancel.whenComplete((done, failure) -> {
            expired.cancel(false);
            end(new SourceException(Code.CANCELLED, "cancelled"));
        });
    }

    /** Throws if the fetch has been ended, or its thread interrupted. */
    public void check() throws SourceException {
        var ended = ending;
        if (ended != null) {
            throw new SourceException(ended.code(), message(ended), ended);
        }
        if (Thread.currentThread().isInterrupted()) {
            throw new SourceException(Code.CANCELLED, "interrupted");
        }
    }

    /** Whether {@link #check} would throw. */
    public boolean isEnded() {
        return ending != null || Thread.currentThread().isInterrupted();
    }

    /** What to throw for a failed read or write: the end of the fetch if that was the reason, else {@code otherwise}. */
    public SourceException reason(IOException failed, Code otherwise, String step) {
        var ours = SourceException.in(failed);
        if (ours.isPresent()) {
            return ours.get();
        }
        var ended = ending;
        return ended == null ? new SourceException(otherwise, step, failed) : ended;
    }

    /** Has {@code connection} closed when the fetch ends before {@link #release}. */
    void guard(Closeable connection) throws SourceException {
        open.add(connection);
        check();
    }

    void release(Closeable connection) {
        open.remove(connection);
    }

    private synchronized void end(SourceException why) {
        if (ending != null) {
            return;
        }
        ending = why;
        for (var connection : open) {
            try {
                connection.close();
            } catch (IOException e) {
                log.debug("closing a connection of an ended fetch", e);
            }
        }
    }

    private static String message(SourceException ended) {
        return String.valueOf(ended.getMessage());
    }

    /** Stops the timer. Connections are their users' to close. */
    @Override
    public void close() {
        timer.cancel(false);
    }
}
