package pond.server.db;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import org.sqlite.SQLiteConnection;
import pond.server.db.StorageRefusedException.Reason;

/**
 * What a database file is like, found out by reading it, beside a server or without one.
 *
 * @param schema the last script that was applied, such as {@code 0002_create_runs}; empty when none was
 * @param missing how many scripts the next start would apply
 * @param walBytes of the file beside it that has what was committed last
 * @param freeBytes within the file that hold nothing
 * @param damage what is wrong with its structure, in SQLite's words; empty when it is sound
 */
public record DatabaseReport(String schema, int missing, long bytes, long walBytes, long freeBytes, String damage) {

    /**
     * Reads all of the file once, at about a second for a gigabyte.
     *
     * @throws StorageRefusedException when it is no database, or not one of this version or an earlier one
     */
    public static DatabaseReport of(Path file, Migrator migrator) {
        try (SQLiteConnection connection = Sqlite.openToLook(file)) {
            int applied = migrator.countApplied(connection, file);
            String finding = Sqlite.text(connection, "PRAGMA quick_check(1)");
            long pageBytes = Long.parseLong(Sqlite.text(connection, "PRAGMA page_size"));
            Path wal = Sqlite.wal(file);
            return new DatabaseReport(
                    applied == 0 ? "" : migrator.names().get(applied - 1).replaceFirst("\\.sql$", ""),
                    migrator.names().size() - applied,
                    Files.size(file),
                    Files.exists(wal) ? Files.size(wal) : 0,
                    pageBytes * Long.parseLong(Sqlite.text(connection, "PRAGMA freelist_count")),
                    finding.equals("ok") ? "" : finding);
        } catch (SQLException e) {
            throw Sqlite.refusal(file, e);
        } catch (IOException e) {
            throw new StorageRefusedException(Reason.NOT_ACCESSIBLE, "cannot read " + file + ": " + e, e);
        }
    }
}
