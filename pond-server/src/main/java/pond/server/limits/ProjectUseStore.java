package pond.server.limits;

import java.util.List;
import pond.common.ids.ProjectId;
import pond.common.json.Json;
import pond.server.db.Tx;

/** What a project has, read from the tables of other rooms; changes none of them. */
final class ProjectUseStore {
    /** Whether at least so many runs of the project are queued; looks at no more index entries than that. */
    boolean hasQueuedRuns(Tx tx, ProjectId project, int many) {
        return tx.find(
                        "SELECT 1 AS n FROM runs WHERE project_id = ? AND status = 'queued' LIMIT 1 OFFSET ?",
                        row -> row.number("n"),
                        project,
                        many - 1)
                .isPresent();
    }

    /** Whether at least so many jobs of the project are leased; looks at no more index entries than that. */
    boolean hasRunningJobs(Tx tx, ProjectId project, int many) {
        return tx.find(
                        "SELECT 1 AS n FROM jobs WHERE project_id = ? AND status = 'leased' LIMIT 1 OFFSET ?",
                        row -> row.number("n"),
                        project,
                        many - 1)
                .isPresent();
    }

    /** In bytes; an artifact that several runs show counts for each of them. */
    long sumArtifacts(Tx tx, ProjectId project) {
        return tx.find("""
                        SELECT coalesce(sum(artifacts.size), 0) AS bytes
                        FROM runs JOIN artifacts ON artifacts.run_id = runs.id WHERE runs.project_id = ?
                        """, row -> row.number("bytes"), project).orElse(0L);
    }

    /** The ids of the project's runs, a page in their order. */
    List<String> listRuns(Tx tx, ProjectId project, String after, int limit) {
        return tx.list(
                "SELECT id FROM runs WHERE project_id = ? AND id > ? ORDER BY id LIMIT ?",
                row -> row.text("id"),
                project,
                after,
                limit);
    }

    /** In bytes, as they are stored; of the database of logs. */
    long sumLogs(Tx tx, List<String> runs) {
        return tx.find(
                        "SELECT coalesce(sum(bytes), 0) AS bytes FROM log_heads WHERE run_id IN (SELECT value FROM json_each(?))",
                        row -> row.number("bytes"),
                        Json.write(runs))
                .orElse(0L);
    }
}
