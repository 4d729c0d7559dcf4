package pond.server.db;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConnection;

/**
 * One SQLite file: a thread that does all writing, grouping what has queued up into one durable commit, and a pool of
 * connections that read beside it. "Database is locked" cannot come from within: there is no second writer. Programs
 * beside the server may write too; they are waited for. Safe for use by any thread.
 */
public final class Database implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Database.class);

    private final DatabaseConfig config;
    private final Session session;
    private final Writer writer;
    private final Readers readers;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Database(DatabaseConfig config, Session session, Readers readers, Executor completions) {
        this.config = config;
        this.session = session;
        this.readers = readers;
        this.writer = new Writer(config.name(), session, config.maxQueued(), completions);
    }

    /**
     * How much writing is unfinished, for readiness.
     *
     * @param depth writes submitted and not yet committed
     * @param oldest age of the oldest of them, zero if there is none
     */
    public record Load(int depth, Duration oldest) {}

    /**
     * Opens the file, making it (mode 0600) if needed, checks it and brings its schema up to date.
     *
     * @param completions where the futures of {@link #write} complete; must not run tasks on the calling thread
     * @throws StorageRefusedException when the file cannot be used as it is
     */
    public static Database open(DatabaseConfig config, Migrator migrator, Executor completions) {
        SQLiteConnection connection = Sqlite.openWriter(config.file());
        try {
            migrator.migrate(connection, config.file());
            Database database = new Database(config, new Session(connection), new Readers(config), completions);
            database.writer.start();
            return database;
        } catch (RuntimeException e) {
            closeQuietly(connection, e);
            throw e;
        }
    }

    /**
     * Has SQLite's native library unpacked into {@code folder} instead of {@code java.io.tmpdir}, which may forbid
     * execution. To be called by a main before the first {@link #open}; an operator's own {@code org.sqlite.tmpdir}
     * stands. A killed JVM leaves its copy behind, so the folder should be one that is emptied at start, such as
     * {@link StateDir#tmp()}.
     */
    public static void unpackNativeLibraryInto(Path folder) {
        if (System.getProperty("org.sqlite.tmpdir") == null) {
            System.setProperty("org.sqlite.tmpdir", folder.toAbsolutePath().toString());
        }
    }

    /**
     * Queues {@code work}. The future completes after the commit that holds the work, with its result; or with the
     * work's own exception, when only this work was undone; with {@link DatabaseBusyException} when it was never begun;
     * with {@link DatabaseFullException} when the disk had no room for it; with {@link DatabaseException} when the commit
     * failed otherwise. Work whose future is already done when its turn comes (a
     * cancel, a time-out) is not run.
     *
     * @throws IllegalStateException when called by work of this database, which would wait for itself;
     *     {@link Tx#afterCommit} is the way to write something afterwards
     */
    public <T extends @Nullable Object> CompletableFuture<T> write(Work<T> work) {
        requireOutsideWork();
        return writer.submit(work);
    }

    /** {@link #write} for work that has no result. */
    public CompletableFuture<Void> change(Consumer<Tx> work) {
        return write(tx -> {
                    work.accept(tx);
                    return true;
                })
                .thenAccept(done -> {});
    }

    /**
     * Runs {@code work} at once, on the calling thread, on one snapshot that holds every write whose future has
     * completed. Reads do not nest, and should take milliseconds: an open snapshot holds back the WAL's clean-up.
     *
     * @throws DatabaseBusyException when no connection becomes free within 5 seconds
     * @throws DatabaseException in place of a checked exception of the work; its unchecked ones come as they are, save
     *     those of a disk that is full, which come as {@link DatabaseFullException}
     * @throws IllegalStateException when called by queued work, which would not see its own changes
     */
    public <T extends @Nullable Object> T read(Work<T> work) {
        requireOutsideWork();
        try {
            return readers.read(work);
        } catch (Exception e) {
            throw failedRead(Sqlite.explained(e));
        }
    }

    public Load load() {
        return writer.load();
    }

    /** Tells of every commit from now on; there is one listener. */
    public void onCommit(CommitListener listener) {
        writer.onCommit(listener);
    }

    /**
     * What the database takes on disk.
     *
     * @param main bytes of the file itself
     * @param wal bytes of what has not been moved into it, and of the room that is kept for that
     */
    public record Sizes(long main, long wal) {}

    /** What it takes now. */
    public Sizes sizes() {
        return new Sizes(size(config.file()), size(Sqlite.wal(config.file())));
    }

    private static long size(Path file) {
        return file.toFile().length();
    }

    /** How large the file is, and how much of it is in use. */
    public FileSpace space() {
        return read(FileSpace::of);
    }

    /** Gives some pages that are not in use back to the file system, if the file can shrink; the next checkpoint does it. */
    public CompletableFuture<Void> release(int pages) {
        return write(tx -> {
                    session.script("PRAGMA incremental_vacuum(" + pages + ")");
                    return true;
                })
                .thenAccept(done -> {});
    }

    /**
     * Moves the WAL into the file and empties it. What readers or other programs still need stays in it: the writer, which
     * everybody waits for, does not wait for them.
     */
    public CompletableFuture<Void> emptyWal() {
        return change(tx -> tx.afterCommit(this::checkpoint));
    }

    /** On the writer's thread, between two transactions. */
    private void checkpoint() {
        try {
            session.script("PRAGMA busy_timeout = 0");
            try {
                session.script("PRAGMA wal_checkpoint(TRUNCATE)");
            } finally {
                session.script("PRAGMA busy_timeout = " + Sqlite.BUSY_TIMEOUT_MILLIS);
            }
        } catch (SQLException e) {
            log.debug("the WAL of {} is not empty yet: {}", config.file(), e.getMessage());
        }
    }

    /**
     * Refuses further work, lets queued writes finish for {@link DatabaseConfig#closeWait} at most, and moves the WAL
     * into the file. What could not be done fails with {@link DatabaseBusyException}. A second call does nothing.
     */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        boolean ended = false;
        try {
            ended = writer.close(config.closeWait());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        readers.close();
        if (!ended) {
            log.warn("a write of {} does not end; its connection stays open", config.file());
            return;
        }
        try {
            // PASSIVE waits for nobody; the last connection to close does the rest.
            session.execute("PRAGMA wal_checkpoint(PASSIVE)");
            session.close();
        } catch (SQLException e) {
            log.warn("closing {} left its WAL behind; the next start reads it", config.file(), e);
        }
    }

    private static RuntimeException failedRead(Throwable e) {
        return e instanceof RuntimeException unchecked ? unchecked : new DatabaseException("reading failed", e);
    }

    private void requireOutsideWork() {
        if (writer.isRunningCaller()) {
            throw new IllegalStateException("called from within a write: use its Tx, or Tx.afterCommit");
        }
    }

    private static void closeQuietly(SQLiteConnection connection, RuntimeException reason) {
        try {
            connection.close();
        } catch (SQLException e) {
            reason.addSuppressed(e);
        }
    }
}
