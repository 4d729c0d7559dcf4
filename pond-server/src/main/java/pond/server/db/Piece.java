package pond.server.db;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One queued write: the work, what became of it, and who waits for it. Touched by the writer thread alone once queued. */
final class Piece<T extends @Nullable Object> {
    private final Work<T> work;
    private final CompletableFuture<T> future = new CompletableFuture<>();
    private final long submittedNanos = System.nanoTime();
    private final Hooks hooks = new Hooks();
    private @Nullable T result;
    private @Nullable Throwable failure;

    Piece(Work<T> work) {
        this.work = work;
    }

    CompletableFuture<T> future() {
        return future;
    }

    long submittedNanos() {
        return submittedNanos;
    }

    /** Whether the caller has cancelled or timed out its future, so that nobody waits for this work any more. */
    boolean abandoned() {
        return future.isDone();
    }

    /** Runs the work and keeps what comes of it; throws nothing, not even errors. */
    void run(Session session) {
        Tx tx = new Tx(session, hooks);
        try {
            result = work.run(tx);
            hooks.runLast();
        } catch (Throwable e) {
            fail(e);
        }
        try {
            tx.end();
        } catch (Throwable e) {
            fail(e);
        }
    }

    /** The first failure stands: a work's own reason says more than that its batch was lost later. */
    void fail(Throwable e) {
        if (failure == null) {
            failure = Sqlite.explained(e);
        }
    }

    @Nullable
    Throwable failure() {
        return failure;
    }

    /** What is to be done now that it is known what became of the work. */
    List<Runnable> hooks() {
        return failure == null ? hooks.afterCommit : hooks.undone;
    }

    @SuppressWarnings("NullAway") // a result may be null where T allows it
    void publish() {
        if (failure == null) {
            future.complete(result);
        } else {
            future.completeExceptionally(failure);
        }
    }
}
