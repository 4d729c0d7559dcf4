package pond.server.db;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.sqlite.NativeLibraryNotFoundException;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteDataSource;
import org.sqlite.SQLiteErrorCode;
import pond.server.db.StorageRefusedException.Reason;

/** Connections to a SQLite file with our settings, and what SQLite's errors mean. */
final class Sqlite {
    /** Another program's transaction, such as the command line's, is waited for this long. */
    static final int BUSY_TIMEOUT_MILLIS = 5_000;
    /** A large transaction would leave its whole size behind as a WAL file. */
    private static final int JOURNAL_SIZE_LIMIT_BYTES = 64 << 20;
    /**
     * The WAL is moved into the file whenever it has 16 MiB, four times what SQLite does by itself: most of its pages are
     * the same ones again and again, and each move syncs both files while everybody waits.
     */
    private static final int CHECKPOINT_PAGES = 4_096;
    /** Checking costs about 1 ms per MiB, so files beyond this are not checked at each start. */
    private static final long CHECKED_BYTES = 32L << 20;

    private Sqlite() {}

    /**
     * Opens, and makes if it is missing, a file for writing.
     *
     * @throws StorageRefusedException when it cannot be used
     */
    static SQLiteConnection openWriter(Path file) {
        try {
            url(file);
            createPrivate(file);
            boolean isNew = Files.size(file) == 0;
            SQLiteConnection connection = connect(config(), file);
            try {
                if (isNew) {
                    // Only possible before anything is written, which WAL mode does.
                    execute(connection, "PRAGMA auto_vacuum = INCREMENTAL");
                }
                text(connection, "PRAGMA journal_mode = WAL");
                text(connection, "PRAGMA wal_autocheckpoint = " + CHECKPOINT_PAGES);
                check(connection, file);
                return connection;
            } catch (SQLException | IOException | RuntimeException e) {
                connection.close();
                throw e;
            }
        } catch (SQLException e) {
            throw refusal(file, e);
        } catch (IOException e) {
            throw new StorageRefusedException(Reason.NOT_ACCESSIBLE, "cannot open " + file + ": " + e, e);
        }
    }

    /**
     * A connection for a look at a file, beside a server or without one. It leaves all as it was: with a WAL there it must
     * not write it into the file when it is the last to close; without one it must be able to remove what it has made.
     */
    static SQLiteConnection openToLook(Path file) throws SQLException {
        SQLiteConfig config = config();
        config.setReadOnly(Files.exists(wal(file)));
        SQLiteConnection connection = connect(config, file);
        execute(connection, "PRAGMA query_only = ON");
        return connection;
    }

    /** The file beside it that has what was committed last. */
    static Path wal(Path file) {
        return file.resolveSibling(file.getFileName() + "-wal");
    }

    /** Connections that can only read; a pool takes its own from here. */
    static DataSource readers(Path file) {
        SQLiteDataSource source = new SQLiteDataSource(config()) {
            @Override
            public SQLiteConnection getConnection(String user, String password) throws SQLException {
                SQLiteConnection connection = super.getConnection(user, password);
                execute(connection, "PRAGMA trusted_schema = OFF");
                execute(connection, "PRAGMA query_only = ON");
                return connection;
            }
        };
        source.setUrl(url(file));
        return source;
    }

    /**
     * A connection that only reads.
     *
     * @param alone nobody writes to the file, so that not even a {@code -shm} file is made beside it
     */
    static SQLiteConnection openReader(Path file, boolean alone) throws SQLException {
        SQLiteConfig config = config();
        config.setReadOnly(alone);
        SQLiteConnection connection = connect(config, file);
        execute(connection, "PRAGMA query_only = ON");
        return connection;
    }

    /** Takes a file out of WAL mode: it is one file then, and can be read where nothing can be written. */
    static void makePlain(Path file) throws SQLException {
        SQLiteConfig config = config();
        config.setJournalMode(SQLiteConfig.JournalMode.DELETE);
        try (SQLiteConnection connection = connect(config, file)) {
            text(connection, "PRAGMA journal_mode");
        }
    }

    static StorageRefusedException refusal(Path file, SQLException e) {
        if (e.getCause() instanceof NativeLibraryNotFoundException) {
            String folder = System.getProperty("org.sqlite.tmpdir", System.getProperty("java.io.tmpdir"));
            return new StorageRefusedException(
                    Reason.NOT_ACCESSIBLE, "SQLite's library cannot be unpacked to and loaded from " + folder, e);
        }
        SQLiteErrorCode code = SQLiteErrorCode.getErrorCode(e.getErrorCode());
        return switch (code) {
            case SQLITE_NOTADB ->
                new StorageRefusedException(Reason.DAMAGED, file + " is not a database (or it is encrypted)", e);
            case SQLITE_CORRUPT -> new StorageRefusedException(Reason.DAMAGED, file + " is damaged", e);
            case SQLITE_BUSY, SQLITE_LOCKED ->
                new StorageRefusedException(Reason.IN_USE, file + " is locked by another program", e);
            case SQLITE_READONLY, SQLITE_PERM, SQLITE_AUTH ->
                new StorageRefusedException(Reason.NOT_ACCESSIBLE, file + " cannot be written", e);
            default ->
                new StorageRefusedException(Reason.NOT_ACCESSIBLE, "cannot open " + file + ": " + e.getMessage(), e);
        };
    }

    static boolean isBusy(Throwable e) {
        return e instanceof SQLException sql && sql.getErrorCode() == SQLiteErrorCode.SQLITE_BUSY.code;
    }

    /**
     * The same failure, or one that says that the disk is full or failing when that is its cause. SQLite reports a lack of
     * room as one of the two codes: as an I/O error where it could not even grow the index of its WAL.
     */
    static Throwable explained(Throwable failure) {
        if (failure instanceof DatabaseFullException) {
            return failure;
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql
                    && (sql.getErrorCode() == SQLiteErrorCode.SQLITE_FULL.code
                            || sql.getErrorCode() == SQLiteErrorCode.SQLITE_IOERR.code)) {
                return new DatabaseFullException(failure);
            }
        }
        return failure;
    }

    /** Runs a script; SQLite's own parser finds where each of its statements ends. */
    static void execute(SQLiteConnection connection, String script) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(script);
        }
    }

    private static SQLiteConfig config() {
        SQLiteConfig config = new SQLiteConfig();
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.enforceForeignKeys(true);
        config.setBusyTimeout(BUSY_TIMEOUT_MILLIS);
        config.setTempStore(SQLiteConfig.TempStore.MEMORY);
        config.setJournalSizeLimit(JOURNAL_SIZE_LIMIT_BYTES);
        // Ours are made here; the driver would ask for the row's number after every change.
        config.setGetGeneratedKeys(false);
        return config;
    }

    private static SQLiteConnection connect(SQLiteConfig config, Path file) throws SQLException {
        SQLiteConnection connection = (SQLiteConnection) config.createConnection(url(file));
        execute(connection, "PRAGMA trusted_schema = OFF");
        return connection;
    }

    private static String url(Path file) {
        // The driver takes what follows a question mark for settings, and would open another file.
        if (file.toString().contains("?")) {
            throw new StorageRefusedException(Reason.NOT_ACCESSIBLE, file + " has a question mark in its path");
        }
        return "jdbc:sqlite:" + file;
    }

    /** SQLite would make the file with the umask's rights; its companion files take over the rights of this one. */
    static void createPrivate(Path file) throws IOException {
        try {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } catch (FileAlreadyExistsException e) {
            if (!Files.isRegularFile(file) || !Files.isReadable(file) || !Files.isWritable(file)) {
                throw new StorageRefusedException(
                        Reason.NOT_ACCESSIBLE, file + " is not a file that can be read and written", e);
            }
        }
    }

    private static void check(SQLiteConnection connection, Path file) throws SQLException, IOException {
        String mode = text(connection, "PRAGMA journal_mode");
        if (!mode.equals("wal")) {
            throw new StorageRefusedException(
                    Reason.NOT_ACCESSIBLE, file + " is on a file system without shared memory (WAL is refused)");
        }
        // Reads the schema in any case, which finds a broken header.
        text(connection, "SELECT count(*) FROM sqlite_schema");
        if (Files.size(file) <= CHECKED_BYTES) {
            String finding = text(connection, "PRAGMA quick_check(1)");
            if (!finding.equals("ok")) {
                throw new StorageRefusedException(Reason.DAMAGED, file + " is damaged: " + finding);
            }
        }
    }

    static String text(SQLiteConnection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : "";
        }
    }
}
