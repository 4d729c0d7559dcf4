package pond.server.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.testing.TestDatabase.get;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.testing.TestDatabase;

/** The tables that are made from others: {@code run_labels} and {@code usage_days}. */
class DerivedTablesTest {
    private static final String[] BEFORE = {
        "0001_create_keys.sql", "0002_create_runs.sql", "0004_create_usage.sql", "0008_create_invocations.sql"
    };
    private static final String[] AFTER = {
        "0001_create_keys.sql",
        "0002_create_runs.sql",
        "0004_create_usage.sql",
        "0008_create_invocations.sql",
        "0012_create_run_labels.sql",
        "0013_add_retention.sql"
    };

    @TempDir
    private Path folder;

    @Test
    void whatWasStoredBeforeIsFilledIn() {
        try (TestDatabase old = new TestDatabase(folder, "pond", BEFORE)) {
            run(old, "a", "p", "{\"team\":\"red\",\"a/b\":\"\"}");
            run(old, "b", "q", "{}");
            call(old, "1", "a", 86_400_000L, "5");
            call(old, "2", "a", 86_400_001L, "null");
            call(old, "3", "a", 2 * 86_400_000L, "null");
        }

        try (TestDatabase now = new TestDatabase(folder, "pond", AFTER)) {
            assertThat(labels(now)).containsExactly("a|a/b||p", "a|team|red|p");
            assertThat(days(now)).containsExactly("1|a|p|2|5", "2|a|p|1|null");
        }
    }

    @Test
    void theyFollowWhatTheyAreMadeFrom() {
        try (TestDatabase database = new TestDatabase(folder, "pond", AFTER)) {
            run(database, "a", "p", "{\"team\":\"red\"}");
            run(database, "b", "q", "{\"team\":\"red\"}");
            call(database, "1", "a", 5, "null");
            call(database, "2", "a", 6, "7");
            call(database, "2", "a", 6, "7");
            call(database, "3", "a", 7, "null");
            call(database, "4", "b", 7, "2");
            assertThat(labels(database)).containsExactly("a|team|red|p", "b|team|red|q");
            assertThat(days(database)).containsExactly("0|a|p|3|7", "0|b|q|1|2");

            get(database.db.change(tx -> {
                tx.update("DELETE FROM usage_records WHERE run_id = 'a'");
                tx.update("DELETE FROM runs WHERE id = 'a'");
            }));

            assertThat(labels(database)).containsExactly("b|team|red|q");
            assertThat(days(database)).as("outlive their runs").containsExactly("0|a|p|3|7", "0|b|q|1|2");
        }
    }

    private static void run(TestDatabase database, String id, String project, String labels) {
        get(database.db.change(tx -> {
            tx.update("""
                    INSERT INTO runs (id, project_id, submitted_by, status, version, created_at)
                    VALUES (?, ?, 'service', 'queued', 1, 0)
                    """, id, project);
            tx.update("""
                    INSERT INTO run_snapshots (run_id, trigger, definition, sources, labels)
                    VALUES (?, 'api', '{}', '[]', ?)
                    """, id, labels);
        }));
    }

    private static void call(TestDatabase database, String id, String run, long at, String cost) {
        get(database.db.change(
                tx -> tx.update("""
                INSERT INTO usage_records (id, run_id, stage, substage, attempt, provider, model, input_tokens,
                    cache_read_tokens, cache_write_tokens, output_tokens, reasoning_tokens, cost_micros, usage_source,
                    http_status, started_at, finished_at)
                VALUES (?, ?, 's', '', 1, 'acme', 'm', 1, 2, 3, 4, 1, ?, 'provider', 200, ?, ?)
                ON CONFLICT (id) DO NOTHING
                """, id, run, cost.equals("null") ? null : Long.parseLong(cost), at, at)));
    }

    private static List<String> labels(TestDatabase database) {
        return database.db.read(tx -> tx.list(
                "SELECT concat_ws('|', run_id, key, value, project_id) AS text FROM run_labels ORDER BY run_id, key",
                row -> row.text("text")));
    }

    private static List<String> days(TestDatabase database) {
        return database.db.read(tx -> tx.list("""
                SELECT concat_ws('|', day, run_id, project_id, calls, coalesce(cost_micros, 'null')) AS text
                FROM usage_days ORDER BY day, run_id
                """, row -> row.text("text")));
    }
}
