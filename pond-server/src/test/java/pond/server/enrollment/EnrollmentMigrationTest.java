package pond.server.enrollment;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.testing.TestDatabase.failure;
import static pond.testing.TestDatabase.get;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.testing.TestDatabase;

/** A database from before workers had identities. */
class EnrollmentMigrationTest {
    private static final String BEFORE = "0005_create_workers.sql";
    private static final String AFTER = "0006_create_enrollment.sql";

    @TempDir
    private Path folder;

    @Test
    void attachmentsFromBeforeStayAsTheyWere() {
        try (TestDatabase old = new TestDatabase(folder, "pond", BEFORE)) {
            insert(old, "a", 1, "attached", null);
            insert(old, "b", 0, "draining", null);
            insert(old, "c", 0, "detached", 20);
            insert(old, "d", 0, "lost", 30);
        }

        try (TestDatabase now = new TestDatabase(folder, "pond", BEFORE, AFTER)) {
            assertThat(rows(now))
                    .containsExactly(
                            "a|null|name a|1|[\"noop\"]|[\"c\"]|[\"t\"]|3|1|attached|10|null",
                            "b|null|name b|1|[\"noop\"]|[\"c\"]|[\"t\"]|3|0|draining|10|null",
                            "c|null|name c|1|[\"noop\"]|[\"c\"]|[\"t\"]|3|0|detached|10|20",
                            "d|null|name d|1|[\"noop\"]|[\"c\"]|[\"t\"]|3|0|lost|10|30");
        }
        try (TestDatabase again = new TestDatabase(folder, "pond", BEFORE, AFTER)) {
            assertThat(rows(again)).hasSize(4);
        }
    }

    @Test
    void whatIsNewHoldsForThemAsWell() {
        try (TestDatabase old = new TestDatabase(folder, "pond", BEFORE)) {
            insert(old, "a", 0, "attached", null);
        }

        try (TestDatabase now = new TestDatabase(folder, "pond", BEFORE, AFTER)) {
            assertThat(failure(now.db.change(
                            tx -> tx.update("UPDATE workers SET status = 'replaced', ended_at = 40 WHERE id = 'a'"))))
                    .hasStackTraceContaining("CHECK constraint failed");
            assertThat(failure(
                            now.db.change(tx -> tx.update("UPDATE workers SET identity_id = 'nobody' WHERE id = 'a'"))))
                    .hasStackTraceContaining("FOREIGN KEY constraint failed");
            assertThat(rows(now)).hasSize(1);
        }
    }

    private static void insert(TestDatabase database, String id, int local, String status, @Nullable Integer endedAt) {
        get(database.db.change(tx -> tx.update("""
                INSERT INTO workers
                  (id, name, version, executors, capabilities, tags, slots, local, status, attached_at, ended_at)
                VALUES (?, ?, '1', '["noop"]', '["c"]', '["t"]', 3, ?, ?, 10, ?)
                """, id, "name " + id, local, status, endedAt)));
    }

    private static List<String> rows(TestDatabase database) {
        return database.db.read(tx -> tx.list("""
                SELECT concat_ws('|', id, coalesce(identity_id, 'null'), name, version, executors, capabilities, tags,
                       slots, local, status, attached_at, coalesce(ended_at, 'null')) AS text
                FROM workers ORDER BY id
                """, row -> row.text("text")));
    }
}
