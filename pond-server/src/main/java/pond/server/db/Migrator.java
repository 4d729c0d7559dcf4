package pond.server.db;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import org.sqlite.SQLiteConnection;
import pond.server.db.StorageRefusedException.Reason;

/**
 * Brings a database's schema up to date with numbered SQL scripts. What is missing is applied whole or not at all, so that
 * the version before can still use a file whose upgrade has failed. A script must never change once released; a database
 * that was given scripts we do not have is left alone. Scripts may rebuild tables: foreign keys are off while they run and
 * are checked after each.
 */
public final class Migrator {
    private static final Pattern NAME = Pattern.compile("[0-9]{4}_[a-z0-9_]+\\.sql");
    private static final String RECORD_TABLE = """
            CREATE TABLE IF NOT EXISTS schema_migrations (
                name TEXT PRIMARY KEY,
                sha256 TEXT NOT NULL,
                applied_at INTEGER NOT NULL
            ) STRICT
            """;

    private final List<Script> scripts;
    private final InstantSource clock;

    /**
     * Reads the scripts.
     *
     * @param folder class-path folder, such as {@code db/pond}
     * @param names all scripts in it, in order, such as {@code 0001_create_runs.sql}; a jar cannot be listed
     * @throws IllegalArgumentException when a script is missing, or names are malformed or out of order
     */
    public Migrator(String folder, List<String> names, InstantSource clock) {
        this.clock = clock;
        this.scripts = names.stream().map(name -> Script.load(folder, name)).toList();
        for (int i = 1; i < names.size(); i++) {
            if (names.get(i - 1).compareTo(names.get(i)) >= 0) {
                throw new IllegalArgumentException("migrations out of order: " + names);
            }
        }
    }

    /**
     * Applies what is missing.
     *
     * @throws StorageRefusedException when the file's schema is newer or different, or a script fails
     */
    void migrate(SQLiteConnection connection, Path file) {
        try {
            // Without a lock first, so that an ordinary start does not wait for another program's transaction.
            if (countApplied(connection, file) == scripts.size()) {
                return;
            }
            // Has no effect inside a transaction, so it is set around it.
            Sqlite.execute(connection, "PRAGMA foreign_keys = OFF");
            applyMissing(connection, file);
            Sqlite.execute(connection, "PRAGMA foreign_keys = ON");
        } catch (SQLException e) {
            throw Sqlite.refusal(file, e);
        }
    }

    /** All scripts, in order. */
    List<String> names() {
        return scripts.stream().map(Script::name).toList();
    }

    /** The number of the newest script, which is the schema that {@link #migrate} leaves. */
    public int newest() {
        return scripts.isEmpty() ? 0 : scripts.get(scripts.size() - 1).number();
    }

    /**
     * The number of the last script that a file was given; 0 when it was given none.
     *
     * @throws StorageRefusedException when the file's schema is newer or different
     */
    int schema(SQLiteConnection connection, Path file) throws SQLException {
        int applied = countApplied(connection, file);
        return applied == 0 ? 0 : scripts.get(applied - 1).number();
    }

    /** One transaction; what is missing is decided again under its lock, as another program may have been faster. */
    private void applyMissing(SQLiteConnection connection, Path file) throws SQLException {
        Sqlite.execute(connection, "BEGIN IMMEDIATE");
        try {
            int applied = countApplied(connection, file);
            for (Script script : scripts.subList(applied, scripts.size())) {
                apply(connection, file, script);
            }
            Sqlite.execute(connection, "COMMIT");
        } catch (SQLException | RuntimeException e) {
            rollBack(connection, e);
            throw e;
        }
    }

    private void apply(SQLiteConnection connection, Path file, Script script) throws SQLException {
        try {
            Sqlite.execute(connection, RECORD_TABLE);
            Sqlite.execute(connection, script.sql());
            try (Statement statement = connection.createStatement();
                    ResultSet broken = statement.executeQuery("PRAGMA foreign_key_check")) {
                if (broken.next()) {
                    throw new SQLException("rows of " + broken.getString(1) + " refer to nothing");
                }
            }
            try (PreparedStatement insert = connection.prepareStatement(
                    "INSERT INTO schema_migrations (name, sha256, applied_at) VALUES (?, ?, ?)")) {
                insert.setString(1, script.name());
                insert.setString(2, script.sha256());
                insert.setLong(3, clock.millis());
                insert.executeUpdate();
            }
        } catch (SQLException e) {
            throw new StorageRefusedException(
                    Reason.MIGRATION_FAILED, "migration " + script.name() + " of " + file + ": " + e.getMessage(), e);
        }
    }

    /** How many scripts are recorded, once it is certain that they are the first ones of ours, unchanged. */
    int countApplied(SQLiteConnection connection, Path file) throws SQLException {
        List<Script> applied = recorded(connection);
        for (int i = 0; i < applied.size(); i++) {
            Script theirs = applied.get(i);
            if (scripts.stream().noneMatch(ours -> ours.name().equals(theirs.name()))) {
                Script last = applied.get(applied.size() - 1);
                throw new StorageRefusedException(
                        Reason.NEWER_SCHEMA,
                        file + " was used by a newer version: it has schema " + last.number() + " (" + last.name()
                                + "), and this version knows schemas up to " + newest());
            }
            Script ours = scripts.get(i);
            if (!ours.name().equals(theirs.name())) {
                throw new StorageRefusedException(
                        Reason.MIGRATION_CHANGED,
                        "migration " + ours.name() + " was never applied to " + file + ", but later ones were");
            }
            if (!ours.sha256().equals(theirs.sha256())) {
                throw new StorageRefusedException(
                        Reason.MIGRATION_CHANGED,
                        "migration " + ours.name() + " has changed since it was applied to " + file);
            }
        }
        return applied.size();
    }

    private static List<Script> recorded(SQLiteConnection connection) throws SQLException {
        List<Script> applied = new ArrayList<>();
        try (Statement statement = connection.createStatement()) {
            try (ResultSet table =
                    statement.executeQuery("SELECT 1 FROM sqlite_schema WHERE name = 'schema_migrations'")) {
                if (!table.next()) {
                    return applied;
                }
            }
            try (ResultSet rows = statement.executeQuery("SELECT name, sha256 FROM schema_migrations ORDER BY name")) {
                while (rows.next()) {
                    applied.add(new Script(rows.getString(1), "", rows.getString(2)));
                }
            }
        }
        return applied;
    }

    private static void rollBack(SQLiteConnection connection, Exception reason) {
        try {
            Sqlite.execute(connection, "ROLLBACK");
        } catch (SQLException e) {
            reason.addSuppressed(e);
        }
    }

    private record Script(String name, String sql, String sha256) {
        /** A name that somebody else recorded may be anything. */
        int number() {
            return NAME.matcher(name).matches() ? Integer.parseInt(name.substring(0, 4)) : 0;
        }

        static Script load(String folder, String name) {
            if (!NAME.matcher(name).matches()) {
                throw new IllegalArgumentException("not a migration's name: " + name);
            }
            try (InputStream in = Migrator.class.getResourceAsStream("/" + folder + "/" + name)) {
                if (in == null) {
                    throw new IllegalArgumentException("no migration " + folder + "/" + name);
                }
                byte[] bytes = in.readAllBytes();
                String sha256 = HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
                return new Script(name, new String(bytes, StandardCharsets.UTF_8), sha256);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every JDK has SHA-256", e);
            }
        }
    }
}
