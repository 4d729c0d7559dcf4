package pond.server.stages;

import java.util.Locale;

/** What something waits for, and what pond does when it has waited long enough. */
public enum WaitCode {
    /** A run may last this long and no longer. */
    RUN_LIMIT("the run fails with run_timeout"),
    /** A cancelled run waits for its workers to say that nothing is left. */
    CANCEL_CONFIRMATION("the run is cancelled all the same, with killConfirmed false"),
    /** A job that no attached worker can serve. */
    NO_CAPABLE_WORKER("the stage fails with no_capable_worker"),
    /** A job that attached workers can serve, once they have a free slot. */
    WORKERS_BUSY("the run fails with run_timeout"),
    /**
     * A job whose project has as many running as it may have; it needs no row, as it is told from the leases of the moment
     * when somebody looks at one that waits for workers.
     */
    PROJECT_LIMIT("the run fails with run_timeout"),
    /** An agent's stage whose harness nobody has registered. */
    HARNESS_UNKNOWN("the stage fails with harness_unknown"),
    /** An agent's stage whose model nobody has registered. */
    MODEL_UNKNOWN("the stage fails with model_unknown"),
    /** A stage before its next attempt. */
    RETRY_BACKOFF("the next attempt is queued"),
    /** A worker has the job, and must renew. */
    LEASE("the worker counts as lost"),
    /** An attached worker must be heard of. */
    WORKER_SILENCE("the worker counts as lost"),
    /** A stage whose turn it is, while the server hands nothing out; it needs no row, its run's limit is its own. */
    MAINTENANCE("the run fails with run_timeout"),
    /** A stage whose predecessors are not done; it needs no row, its run's limit is its own. */
    EARLIER_STAGES("the run fails with run_timeout");

    private final String onDeadline;

    WaitCode(String onDeadline) {
        this.onDeadline = onDeadline;
    }

    /** What happens at the deadline, in words. */
    public String onDeadline() {
        return onDeadline;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
