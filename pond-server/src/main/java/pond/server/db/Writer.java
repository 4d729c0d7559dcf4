package pond.server.db;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that changes a database. It takes what has queued up, runs each piece in its own savepoint of one
 * transaction (a lone piece needs none), commits once, and only then runs hooks and publishes results. It never waits for
 * a batch to fill: the next one fills while the disk syncs this one.
 */
final class Writer {
    private static final Logger log = LoggerFactory.getLogger(Writer.class);
    private static final int MOST_PER_COMMIT = 256;
    private static final int INTERRUPTS = 20;
    /** The log may be on the disk that is full. */
    private static final long FULL_AGAIN_NANOS = Duration.ofSeconds(10).toNanos();

    private static final long INTERRUPT_EVERY_MILLIS = 50;

    private final Session session;
    private final WriteQueue queue;
    private final Executor completions;
    private final Thread thread;
    private volatile CommitListener listener = (pieces, took) -> {};
    /** Touched by the writer thread alone, as are the two below. */
    private boolean insidePiece;

    private long fullToldAt = System.nanoTime() - FULL_AGAIN_NANOS;
    private long lostToFullDisk;

    Writer(String name, Session session, int maxQueued, Executor completions) {
        this.session = session;
        this.queue = new WriteQueue(maxQueued);
        this.completions = completions;
        this.thread = new Thread(this::loop, "pond-db-" + name + "-writer");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    void onCommit(CommitListener told) {
        listener = told;
    }

    <T extends @Nullable Object> CompletableFuture<T> submit(Work<T> work) {
        Piece<T> piece = new Piece<>(work);
        try {
            queue.add(piece);
            return piece.future();
        } catch (DatabaseBusyException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Whether the calling code is a piece of work of this writer. */
    boolean isRunningCaller() {
        return Thread.currentThread() == thread && insidePiece;
    }

    Database.Load load() {
        return queue.load();
    }

    /**
     * Refuses new work, lets queued work finish within {@code wait}, then fails what has not begun and interrupts what
     * has.
     *
     * @return whether the thread has ended, so that its connection may be closed
     */
    boolean close(Duration wait) throws InterruptedException {
        queue.close();
        try {
            thread.join(Math.max(1, wait.toMillis()));
        } finally {
            if (thread.isAlive()) {
                abandonQueue();
            }
        }
        stopRunningWork();
        return !thread.isAlive();
    }

    private void abandonQueue() {
        List<Piece<?>> rest = queue.abandon();
        log.warn("closing with {} queued writes undone", rest.size());
        DatabaseBusyException closed = new DatabaseBusyException("the database was closed before this write began");
        for (Piece<?> piece : rest) {
            piece.fail(closed);
            publish(piece);
        }
    }

    /** Again and again, because an interrupt that comes between two statements of a work has no effect. */
    private void stopRunningWork() throws InterruptedException {
        for (int i = 0; i < INTERRUPTS && thread.isAlive(); i++) {
            try {
                session.interrupt();
            } catch (SQLException e) {
                log.warn("cannot interrupt the running statement", e);
            }
            thread.interrupt();
            thread.join(INTERRUPT_EVERY_MILLIS);
        }
    }

    private void loop() {
        List<Piece<?>> batch = new ArrayList<>(MOST_PER_COMMIT);
        while (queue.take(batch, MOST_PER_COMMIT)) {
            long begun = System.nanoTime();
            commit(batch);
            tell(batch.size(), Duration.ofNanos(System.nanoTime() - begun));
            batch.forEach(Writer::runHooks);
            batch.forEach(this::publish);
            batch.clear();
        }
    }

    private void tell(int pieces, Duration took) {
        try {
            listener.committed(pieces, took);
        } catch (RuntimeException e) {
            log.error("whoever listens to commits failed; what was committed stands", e);
        }
    }

    /** Again and again for as long as the disk is full: where it came from would say nothing more. */
    private void tellOfFullDisk(int writes, DatabaseException lost) {
        lostToFullDisk += writes;
        long now = System.nanoTime();
        if (now - fullToldAt >= FULL_AGAIN_NANOS) {
            log.error("{} writes failed: {}", lostToFullDisk, lost.getMessage());
            fullToldAt = now;
            lostToFullDisk = 0;
        }
    }

    private void commit(List<Piece<?>> batch) {
        try {
            session.execute("BEGIN IMMEDIATE");
            if (batch.size() == 1) {
                runAlone(batch.get(0));
                return;
            }
            for (Piece<?> piece : batch) {
                if (!piece.abandoned()) {
                    runInSavepoint(piece);
                }
            }
            session.execute("COMMIT");
        } catch (Throwable e) {
            rollBack();
            DatabaseException lost = lost(e);
            if (lost instanceof DatabaseFullException) {
                tellOfFullDisk(batch.size(), lost);
            } else {
                log.warn("{} writes failed together", batch.size(), e);
            }
            batch.forEach(piece -> piece.fail(lost));
        }
    }

    private static DatabaseException lost(Throwable e) {
        if (Sqlite.isBusy(e)) {
            return new DatabaseBusyException("another program is writing to the database", e);
        }
        // A piece that found the disk full is behind the savepoint that could not be ended.
        return Stream.concat(Stream.of(e), Arrays.stream(e.getSuppressed()))
                .map(Sqlite::explained)
                .filter(DatabaseFullException.class::isInstance)
                .map(DatabaseException.class::cast)
                .findFirst()
                .orElseGet(() -> new DatabaseException("the transaction failed, nothing of it is stored", e));
    }

    /**
     * Some errors (full disk, I/O, no memory) make SQLite give up the whole transaction by itself. The savepoint is gone
     * then, so the statement that ends it fails, and with it, rightly, the whole batch.
     */
    private void runInSavepoint(Piece<?> piece) throws SQLException {
        session.execute("SAVEPOINT piece");
        run(piece);
        Throwable failure = piece.failure();
        try {
            if (failure != null) {
                session.execute("ROLLBACK TO piece");
            }
            session.execute("RELEASE piece");
        } catch (SQLException e) {
            if (failure != null) {
                e.addSuppressed(failure);
            }
            throw e;
        }
    }

    /** The transaction itself is the savepoint of a piece that nobody else is in it with. */
    private void runAlone(Piece<?> piece) throws SQLException {
        if (!piece.abandoned()) {
            run(piece);
        }
        Throwable failure = piece.failure();
        if (failure == null) {
            session.execute("COMMIT");
            return;
        }
        rollBack();
        if (failure instanceof DatabaseFullException full) {
            tellOfFullDisk(1, full);
        }
    }

    private void run(Piece<?> piece) {
        insidePiece = true;
        piece.run(session);
        insidePiece = false;
        if (Thread.interrupted()) {
            log.debug("a piece of work left the writer interrupted; cleared");
        }
    }

    private void rollBack() {
        try {
            session.execute("ROLLBACK");
        } catch (SQLException e) {
            // Usual after an error that has rolled back already; if it is another one, the next BEGIN fails and says
            // so.
            log.debug("nothing rolled back: {}", e.getMessage());
        }
    }

    private static void runHooks(Piece<?> piece) {
        for (Runnable hook : piece.hooks()) {
            try {
                hook.run();
            } catch (Throwable e) {
                log.error("a hook failed; what was committed stands", e);
            }
        }
    }

    private void publish(Piece<?> piece) {
        try {
            completions.execute(piece::publish);
        } catch (RuntimeException e) {
            // The executor was shut down before the database: an answer late and elsewhere is better than none.
            log.debug("completing a write on the common pool: {}", e.toString());
            ForkJoinPool.commonPool().execute(piece::publish);
        }
    }
}
