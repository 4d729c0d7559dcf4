package pond.worker.executors;

/** Why a stage is told to end before its time. */
public enum StopReason {
    /** The run is being cancelled. */
    CANCEL,
    /** Its timeout is over. */
    TIMEOUT,
    /** What its model calls, and those of its like, used is more than was allowed. */
    BUDGET_EXCEEDED,
    /** The job is no longer this worker's: nothing that it still does counts. */
    LEASE_LOST,
    /** The worker goes away and cannot wait. */
    SHUTDOWN
}
