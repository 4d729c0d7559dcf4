package pond.server.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.server.db.StorageRefusedException.Reason;

class MigratorTest {
    private static final String NOTES = "0001_create_notes.sql";
    private static final String TRIGGER = "0002_add_trigger.sql";

    @TempDir
    Path folder;

    @Test
    void aFreshFileGetsEveryScriptOnceWithNameDigestAndTime() throws Exception {
        open("2026-01-01T00:00:00Z", "db/good", NOTES, TRIGGER);
        open("2027-01-01T00:00:00Z", "db/good", NOTES, TRIGGER);

        assertThat(query("SELECT name || ' ' || length(sha256) || ' ' || applied_at FROM schema_migrations"))
                .containsExactly(NOTES + " 64 1767225600000", TRIGGER + " 64 1767225600000");
    }

    @Test
    void onlyWhatIsMissingIsApplied() throws Exception {
        open("2026-01-01T00:00:00Z", "db/good", NOTES);
        open("2027-01-01T00:00:00Z", "db/good", NOTES, TRIGGER);

        assertThat(query("SELECT applied_at FROM schema_migrations")).containsExactly("1767225600000", "1798761600000");
    }

    @Test
    void triggersCommentsAndSemicolonsInTextAreReadRight() throws Exception {
        open("2026-01-01T00:00:00Z", "db/good", NOTES, TRIGGER);
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file());
                var statement = connection.createStatement()) {
            statement.executeUpdate("DELETE FROM notes WHERE id = 1");
        }

        assertThat(query("SELECT text FROM notes")).containsExactly("it's; quoted");
        assertThat(query("SELECT text || '|' || why FROM deleted_notes"))
                .containsExactly("first; note; gone|no; reason");
    }

    @Test
    void aChangedScriptIsRefused() {
        open("2026-01-01T00:00:00Z", "db/good", NOTES);
        assertRefused(() -> open("2027-01-01T00:00:00Z", "db/changed", NOTES), Reason.MIGRATION_CHANGED, NOTES);
    }

    @Test
    void aScriptInsertedBeforeAppliedOnesIsRefused() {
        open("2026-01-01T00:00:00Z", "db/good", NOTES);
        assertRefused(
                () -> open("2027-01-01T00:00:00Z", "db/inserted", "0000_earlier.sql", NOTES),
                Reason.MIGRATION_CHANGED,
                "0000_earlier.sql");
    }

    @Test
    void aNewerSchemaIsRefused() {
        open("2026-01-01T00:00:00Z", "db/good", NOTES, TRIGGER);
        assertRefused(
                () -> open("2027-01-01T00:00:00Z", "db/good", NOTES),
                Reason.NEWER_SCHEMA,
                "it has schema 2 (" + TRIGGER + "), and this version knows schemas up to 1");
    }

    @Test
    void aFailingScriptLeavesNothingOfItselfBehind() throws Exception {
        assertRefused(
                () -> open("2026-01-01T00:00:00Z", "db/broken", NOTES, "0002_half_right.sql"),
                Reason.MIGRATION_FAILED,
                "TABEL");

        assertThat(query("SELECT name FROM sqlite_schema"))
                .as("neither of it nor of the script before")
                .isEmpty();
        open("2026-01-01T00:00:00Z", "db/good", NOTES, TRIGGER);
    }

    @Test
    void aFailedUpgradeLeavesWhatTheVersionBeforeCanUse() throws Exception {
        open("2026-01-01T00:00:00Z", "db/broken", NOTES);
        assertRefused(
                () -> open("2026-01-01T00:00:00Z", "db/broken", NOTES, "0002_half_right.sql"),
                Reason.MIGRATION_FAILED,
                "TABEL");

        assertThat(query("SELECT name FROM schema_migrations")).containsExactly(NOTES);
        open("2026-01-01T00:00:00Z", "db/broken", NOTES);
    }

    @Test
    void aScriptThatLeavesRowsReferringToNothingIsRefused() throws Exception {
        assertRefused(
                () -> open("2026-01-01T00:00:00Z", "db/dangling", NOTES, "0002_orphan.sql"),
                Reason.MIGRATION_FAILED,
                "replies");
        assertThat(query("SELECT name FROM sqlite_schema")).isEmpty();
    }

    @Test
    void twoProgramsThatStartTogetherApplyEachScriptOnce() throws Exception {
        List<CompletableFuture<Void>> starts = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            starts.add(CompletableFuture.runAsync(() -> open("2026-01-01T00:00:00Z", "db/good", NOTES, TRIGGER)));
        }
        for (CompletableFuture<Void> start : starts) {
            Databases.get(start.thenApply(nothing -> true));
        }
        assertThat(query("SELECT count(*) FROM notes")).containsExactly("2");
    }

    @Test
    void namesAreCheckedBeforeAnythingIsOpened() {
        InstantSource clock = () -> Instant.EPOCH;
        assertThatThrownBy(() -> new Migrator("db/good", List.of(TRIGGER, NOTES), clock))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Migrator("db/good", List.of("0009_missing.sql"), clock))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Migrator("db/good", List.of("../0001_x.sql"), clock))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private Path file() {
        return folder.resolve("test.db");
    }

    private void open(String now, String scripts, String... names) {
        Migrator migrator = new Migrator(scripts, List.of(names), () -> Instant.parse(now));
        Database.open(DatabaseConfig.of("test", file()), migrator, Runnable::run)
                .close();
    }

    private List<String> query(String sql) throws SQLException {
        List<String> values = new ArrayList<>();
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file());
                var statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                values.add(rows.getString(1));
            }
        }
        return values;
    }

    private static void assertRefused(ThrowingCallable start, Reason reason, String mentioned) {
        assertThatThrownBy(start)
                .isInstanceOfSatisfying(
                        StorageRefusedException.class,
                        e -> assertThat(e.reason()).isEqualTo(reason))
                .hasMessageContaining(mentioned)
                .message()
                .hasLineCount(1);
    }
}
