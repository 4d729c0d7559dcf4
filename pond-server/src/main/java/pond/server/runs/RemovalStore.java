package pond.server.runs;

import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;
import pond.common.ids.RunId;
import pond.server.db.Tx;

/** What was removed from runs, as columns of their rows; see {@code db/pond/0013_add_retention.sql}. */
final class RemovalStore {
    Optional<Instant> findLogs(Tx tx, RunId run) {
        return tx.find(
                        "SELECT logs_removed_at FROM runs WHERE id = ?",
                        row -> Optional.ofNullable(row.instantOrNull("logs_removed_at")),
                        run)
                .flatMap(Function.identity());
    }

    Optional<Instant> findArtifacts(Tx tx, RunId run) {
        return tx.find(
                        "SELECT artifacts_removed_at FROM runs WHERE id = ?",
                        row -> Optional.ofNullable(row.instantOrNull("artifacts_removed_at")),
                        run)
                .flatMap(Function.identity());
    }

    void putLogs(Tx tx, RunId run, Instant at) {
        tx.update("UPDATE runs SET logs_removed_at = ? WHERE id = ?", at, run);
    }

    void putArtifacts(Tx tx, RunId run, Instant at) {
        tx.update("UPDATE runs SET artifacts_removed_at = ? WHERE id = ?", at, run);
    }

    boolean hasLog(Tx tx, RunId run) {
        return tx.find("SELECT 1 AS one FROM runs WHERE id = ? AND logs_removed_at IS NULL", row -> true, run)
                .isPresent();
    }

    /** All that refers to the run goes with it, save what says that it was made from another one. */
    void delete(Tx tx, RunId run) {
        tx.update("DELETE FROM reruns WHERE rerun = ?", run);
        tx.update("DELETE FROM waits WHERE run_id = ?", run);
        tx.update("DELETE FROM runs WHERE id = ?", run);
    }
}
