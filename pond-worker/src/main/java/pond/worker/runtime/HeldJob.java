package pond.worker.runtime;

import java.util.concurrent.CompletableFuture;
import pond.common.protocol.Job;
import pond.worker.executors.StopReason;
import pond.worker.executors.StopSignal;

/** A job that this worker was given, from the lease to its end. Safe for use by several threads. */
final class HeldJob {
    private final Job job;
    private final StopSignal stop = new StopSignal();
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();
    private final CompletableFuture<Void> lost = new CompletableFuture<>();
    private volatile long safeUntil;
    private volatile boolean renewed;
    private volatile boolean cancelOrdered;
    private volatile boolean overBudget;

    /**
     * @param safeUntil on the worker's monotonic clock, in nanoseconds: until then the server cannot have given the job
     *     to someone else
     */
    HeldJob(Job job, long safeUntil) {
        this.job = job;
        this.safeUntil = safeUntil;
        stop.onStop(() -> stopped.complete(null));
    }

    Job job() {
        return job;
    }

    StopSignal stop() {
        return stop;
    }

    /** Completed when the stage is told to end, for whatever reason. */
    CompletableFuture<Void> stopped() {
        return stopped;
    }

    /** Completed when the job is no longer ours. A stage that is ending for another reason may still lose its lease. */
    CompletableFuture<Void> lost() {
        return lost;
    }

    boolean isLost() {
        return lost.isDone();
    }

    /** The job is no longer ours: its stage ends at once and nobody waits for its calls. */
    void lose() {
        lost.complete(null);
        stop.stop(StopReason.LEASE_LOST);
    }

    /** The server has ordered its end; that the stage may be ending for another reason already does not change that. */
    void cancel() {
        cancelOrdered = true;
        stop.stop(StopReason.CANCEL);
    }

    boolean isCancelOrdered() {
        return cancelOrdered;
    }

    /** The server has ordered its end for want of a budget. For the thread that hears of it; true when it is news. */
    boolean exceedBudget() {
        boolean news = !overBudget;
        overBudget = true;
        stop.stop(StopReason.BUDGET_EXCEEDED);
        return news;
    }

    long safeUntil() {
        return safeUntil;
    }

    boolean wasRenewed() {
        return renewed;
    }

    void renewed(long until) {
        safeUntil = until;
        renewed = true;
    }
}
