package pond.server.runs;

import java.time.Instant;
import java.util.Optional;
import pond.common.ids.RunId;
import pond.server.db.Database;
import pond.server.db.Tx;

/**
 * What was removed from runs that have ended, and their own removal. That a log or artifacts are removed is said first and
 * done after it, so whoever finds nothing said has seen all of it. Safe for use by several threads.
 */
public final class Removals {
    private final Database database;
    private final RemovalStore store = new RemovalStore();

    public Removals(Database database) {
        this.database = database;
    }

    /** When the log of a run was removed; empty when it was not, and when there is no such run. */
    public Optional<Instant> findLogs(RunId run) {
        return database.read(tx -> store.findLogs(tx, run));
    }

    /** When the artifacts of a run were removed; empty when they were not, and when there is no such run. */
    public Optional<Instant> findArtifacts(RunId run) {
        return database.read(tx -> store.findArtifacts(tx, run));
    }

    /** Whether there is such a run, and its log was not removed. */
    public boolean hasLog(RunId run) {
        return database.read(tx -> store.hasLog(tx, run));
    }

    /** Says of a run that has ended that it has no log any more. */
    public void logs(Tx tx, RunId run, Instant at) {
        store.putLogs(tx, run, at);
    }

    /** Says of a run that has ended that it has no artifacts any more. */
    public void artifacts(Tx tx, RunId run, Instant at) {
        store.putArtifacts(tx, run, at);
    }

    /** Deletes a run that has ended, with its stages, jobs, labels and deliveries; its log, artifacts and calls are others' rows. */
    public void run(Tx tx, RunId run) {
        store.delete(tx, run);
    }
}
