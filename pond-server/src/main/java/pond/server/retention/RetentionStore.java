package pond.server.retention;

import java.util.List;
import pond.common.ids.ProjectId;
import pond.common.ids.RunId;
import pond.server.db.Row;
import pond.server.db.Tx;

/** Looks at runs and at what hangs below them in {@code pond.db}. */
final class RetentionStore {
    private static final String HELD = """
            (EXISTS (SELECT 1 FROM deliveries WHERE deliveries.run_id = runs.id AND deliveries.status = 'pending')
                OR EXISTS (SELECT 1 FROM reruns JOIN runs AS live ON live.id = reruns.rerun
                    WHERE reruns.original = runs.id AND live.finished_at IS NULL))
            """;

    private static final String RUNS = "SELECT " + HELD + """
             AS held, id, project_id, finished_at, logs_removed_at IS NULL AS has_log,
                artifacts_removed_at IS NULL AS has_artifacts,
                (SELECT coalesce(sum(size), 0) FROM artifacts WHERE run_id = runs.id) AS artifact_bytes
            FROM runs
            """;

    static final String ALL = RUNS + " WHERE id > ? ORDER BY id LIMIT ?";

    static final String OF_PROJECT = RUNS + " WHERE project_id = ? AND id > ? ORDER BY id LIMIT ?";

    static final String REMOVABLE =
            "SELECT 1 AS one FROM runs WHERE id = ? AND finished_at IS NOT NULL AND NOT " + HELD;

    /** The oldest after one of them; the empty text for the first page. What their logs take is not known here. */
    List<StoredRun> list(Tx tx, String after, int limit) {
        return tx.list(ALL, RetentionStore::run, after, limit);
    }

    List<StoredRun> list(Tx tx, ProjectId project, String after, int limit) {
        return tx.list(OF_PROJECT, RetentionStore::run, project, after, limit);
    }

    /** Whether the run is there, has ended, and nobody is still to be told of it or goes on with it. */
    boolean isRemovable(Tx tx, RunId run) {
        return tx.find(REMOVABLE, row -> true, run).isPresent();
    }

    private static StoredRun run(Row row) {
        return new StoredRun(
                RunId.of(row.text("id")),
                new ProjectId(row.text("project_id")),
                row.instantOrNull("finished_at"),
                row.flag("held"),
                row.flag("has_log"),
                row.flag("has_artifacts"),
                0,
                row.number("artifact_bytes"));
    }
}
