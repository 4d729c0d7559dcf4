package pond.server.limits;

import java.time.Duration;
import pond.common.ids.ProjectId;
import pond.common.problems.ProblemCode;
import pond.server.db.Tx;
import pond.server.errors.PondException;

/**
 * How much one project may have at a time. Counted from the rows with every question, inside the transaction of whoever
 * asks, and no further than to the bound. Holds no state; safe to share.
 */
public final class ProjectLimits {
    private static final Duration AGAIN = Duration.ofSeconds(10);

    private final int queuedRuns;
    private final int runningJobs;
    private final ProjectUseStore store = new ProjectUseStore();

    /**
     * Makes both bounds; 0 is none.
     *
     * @param queuedRuns runs of which nothing has begun
     * @param runningJobs jobs in the hands of workers
     */
    public ProjectLimits(int queuedRuns, int runningJobs) {
        this.queuedRuns = queuedRuns;
        this.runningJobs = runningJobs;
    }

    /** No bounds. */
    public static ProjectLimits none() {
        return new ProjectLimits(0, 0);
    }

    /**
     * To be asked before a run is queued.
     *
     * @throws PondException LIMITED with {@link ProblemCode#PROJECT_QUEUE_FULL}
     */
    public void requirePlaceInQueue(Tx tx, ProjectId project) {
        if (boundsQueue() && store.hasQueuedRuns(tx, project, queuedRuns)) {
            throw PondException.limited(
                    ProblemCode.PROJECT_QUEUE_FULL,
                    "the project has " + queuedRuns + " queued runs, as many as it may have; wait for one to begin",
                    AGAIN);
        }
    }

    /** Whether queued runs are bounded at all. */
    public boolean boundsQueue() {
        return queuedRuns > 0;
    }

    /** Whether jobs are bounded at all. */
    public boolean boundsJobs() {
        return runningJobs > 0;
    }

    /** Whether the project may have no further job running now. */
    public boolean isAtJobLimit(Tx tx, ProjectId project) {
        return boundsJobs() && store.hasRunningJobs(tx, project, runningJobs);
    }

    /** What a job waits for whose project is at its limit, in words. */
    public String jobLimit() {
        return "its project has " + runningJobs + (runningJobs == 1 ? " job" : " jobs")
                + " running, as many as it may have";
    }
}
