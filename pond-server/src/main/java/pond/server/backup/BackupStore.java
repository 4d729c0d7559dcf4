package pond.server.backup;

import java.util.List;
import pond.server.db.Row;
import pond.server.db.Tx;

/** What the rows of both databases say that there must be; see {@code db/pond} and {@code db/logs}. */
final class BackupStore {
    private static final int PAGE = 1_000;

    /** Bytes that a row names. */
    record Named(String sha256, long size) {}

    long runs(Tx pond) {
        return count(pond, "SELECT count(*) AS n FROM runs");
    }

    long artifacts(Tx pond) {
        return count(pond, "SELECT count(*) AS n FROM artifacts");
    }

    long logLines(Tx logs) {
        return count(logs, "SELECT coalesce(sum(line_count), 0) AS n FROM log_chunks");
    }

    /** Runs that nobody could read; no statement makes one. */
    long runsWithoutSnapshot(Tx pond) {
        return count(
                pond,
                "SELECT count(*) AS n FROM runs WHERE NOT EXISTS"
                        + " (SELECT 1 FROM run_snapshots WHERE run_id = runs.id)");
    }

    /** A page of what artifacts show, after a digest; empty text for the first page. */
    List<Named> shown(Tx pond, String after) {
        return page(
                pond,
                "SELECT DISTINCT sha256, size FROM artifacts WHERE sha256 > ? ORDER BY sha256 LIMIT " + PAGE,
                after);
    }

    /** A page of what has arrived of running jobs and is not shown. */
    List<Named> uploaded(Tx pond, String after) {
        return page(pond, """
                SELECT DISTINCT sha256, size FROM artifact_uploads WHERE sha256 > ?
                    AND NOT EXISTS (SELECT 1 FROM artifacts WHERE artifacts.sha256 = artifact_uploads.sha256)
                ORDER BY sha256 LIMIT\s""" + PAGE, after);
    }

    /** A page of the bundles of runs that have not ended. */
    List<Named> bundles(Tx pond, String after) {
        return page(pond, """
                SELECT DISTINCT bundle_sha256 AS sha256, bundle_size AS size FROM runs
                WHERE bundle_sha256 IS NOT NULL AND finished_at IS NULL AND bundle_sha256 > ?
                ORDER BY bundle_sha256 LIMIT\s""" + PAGE, after);
    }

    private static List<Named> page(Tx tx, String sql, String after) {
        return tx.list(sql, row -> new Named(row.text("sha256"), row.number("size")), after);
    }

    private static long count(Tx tx, String sql) {
        return tx.find(sql, (Row row) -> row.number("n")).orElse(0L);
    }
}
