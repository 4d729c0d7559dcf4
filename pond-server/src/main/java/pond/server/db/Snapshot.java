package pond.server.db;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.core.DB.ProgressObserver;
import pond.server.db.StorageRefusedException.Reason;

/**
 * A database as it was at one moment, for as long as this is open, also beside a server that goes on writing to it. The
 * writer is never held up; but what it writes meanwhile stays in the WAL, which cannot begin anew before this is closed.
 * Used by one thread at a time.
 */
public final class Snapshot implements AutoCloseable {
    /** 16 MiB at SQLite's usual page size. */
    private static final int PAGES_PER_STEP = 4_096;

    private static final int BUSY_SLEEP_MILLIS = 50;
    private static final int BUSY_TRIES = 100;

    private final Path file;
    private final SQLiteConnection connection;
    private final Session session;

    private Snapshot(Path file, SQLiteConnection connection) {
        this.file = file;
        this.connection = connection;
        this.session = new Session(connection);
    }

    /**
     * Begins a snapshot of a database that may be in use.
     *
     * @throws StorageRefusedException when there is no such database, or it cannot be read
     */
    public static Snapshot of(Path file) {
        return open(file, false);
    }

    /** As {@link #of}, of a file that nobody uses and that {@link #copyTo} has made: nothing is made beside it. */
    public static Snapshot ofCopy(Path file) {
        return open(file, true);
    }

    private static Snapshot open(Path file, boolean alone) {
        if (!Files.isRegularFile(file)) {
            throw new StorageRefusedException(Reason.NOT_ACCESSIBLE, "there is no database " + file);
        }
        try {
            SQLiteConnection connection = Sqlite.openReader(file, alone);
            try {
                Sqlite.execute(connection, "BEGIN");
                // The snapshot is that of the first read.
                Sqlite.text(connection, "SELECT count(*) FROM sqlite_schema");
                return new Snapshot(file, connection);
            } catch (SQLException e) {
                connection.close();
                throw e;
            }
        } catch (SQLException e) {
            throw Sqlite.refusal(file, e);
        }
    }

    /**
     * What the work reads in it.
     *
     * @throws DatabaseException in place of a checked exception of the work; its unchecked ones come as they are
     */
    public <T extends @Nullable Object> T read(Work<T> work) {
        try {
            Tx tx = new Tx(session, null);
            try {
                return work.run(tx);
            } finally {
                tx.end();
            }
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new DatabaseException("reading " + file + " failed", e);
        }
    }

    /**
     * The number of the last migration that the database was given.
     *
     * @throws StorageRefusedException when it is one that the migrator does not know
     */
    public int schema(Migrator migrator) {
        try {
            return migrator.schema(connection, file);
        } catch (SQLException e) {
            throw Sqlite.refusal(file, e);
        }
    }

    /**
     * Reads all of it: its structure, its constraints, its references.
     *
     * @throws StorageRefusedException when something is wrong
     */
    public void check() {
        try {
            String finding = Sqlite.text(connection, "PRAGMA integrity_check(1)");
            if (!finding.equals("ok")) {
                throw new StorageRefusedException(Reason.DAMAGED, file + " is damaged: " + finding);
            }
            String dangling = Sqlite.text(connection, "PRAGMA foreign_key_check");
            if (!dangling.isEmpty()) {
                throw new StorageRefusedException(
                        Reason.DAMAGED, file + " is damaged: rows of " + dangling + " refer to nothing");
            }
        } catch (SQLException e) {
            throw Sqlite.refusal(file, e);
        }
    }

    /**
     * Writes the whole snapshot into a new file (mode 0600) without companions, and has it on disk. What is there when this
     * fails is not a copy.
     *
     * @throws IOException when there is such a file, or no room
     */
    public void copyTo(Path target) throws IOException {
        if (Files.exists(target)) {
            throw new IOException(target + " exists already");
        }
        Sqlite.createPrivate(target);
        ProgressObserver nobody = (remaining, pages) -> {};
        try {
            int code = connection
                    .getDatabase()
                    .backup("main", target.toString(), nobody, BUSY_SLEEP_MILLIS, BUSY_TRIES, PAGES_PER_STEP);
            if (code != SQLiteErrorCode.SQLITE_OK.code) {
                throw new IOException(
                        "cannot copy " + file + " to " + target + ": " + SQLiteErrorCode.getErrorCode(code).message);
            }
            Sqlite.makePlain(target);
        } catch (SQLException e) {
            throw new IOException("cannot copy " + file + " to " + target + ": " + e.getMessage(), e);
        }
        try (FileChannel channel = FileChannel.open(target, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (SQLException e) {
            throw new DatabaseException("closing " + file + " failed", e);
        }
    }
}
