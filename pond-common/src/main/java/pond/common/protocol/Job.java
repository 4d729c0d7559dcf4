package pond.common.protocol;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import pond.common.definition.ExecutorSpec;
import pond.common.ids.JobId;
import pond.common.ids.ProjectId;
import pond.common.ids.RunId;

/**
 * One attempt of one stage (or substage), as handed out under a lease. It holds intents only, never a secret of the
 * server. {@code toString} leaves out the token and what the caller wrote into the executor.
 *
 * @param leaseToken shown with every later call about this job
 * @param fence grows with every lease that the server hands out; results of a lower one are refused
 * @param attempt 1 for the first
 * @param timeout of this attempt, from the lease on; the worker ends the stage then
 * @param hasInputs whether asking for inputs can give any
 * @param invocation of an agent; null for other kinds
 * @param leasedAfter how long the server had the worker's call when it began to count the lease, or a little less
 */
public record Job(
        JobId id,
        String leaseToken,
        long fence,
        RunId run,
        ProjectId project,
        String stage,
        @Nullable String substage,
        int attempt,
        ExecutorSpec executor,
        Duration timeout,
        @Nullable BundleRef bundle,
        boolean hasInputs,
        Limits limits,
        @Nullable Invocation invocation,
        Duration leasedAfter) {
    public Job {
        // A server that knows nothing of it says nothing; its leases count from the call on.
        leasedAfter = leasedAfter == null ? Duration.ZERO : leasedAfter;
    }

    public JobRef ref() {
        return new JobRef(id, leaseToken);
    }

    /** The same, for a call that had waited. */
    public Job leasedAfter(Duration waited) {
        return new Job(
                id,
                leaseToken,
                fence,
                run,
                project,
                stage,
                substage,
                attempt,
                executor,
                timeout,
                bundle,
                hasInputs,
                limits,
                invocation,
                waited);
    }

    @Override
    public String toString() {
        return "Job[id=" + id + ", run=" + run + ", stage=" + stage + ", substage=" + substage + ", attempt=" + attempt
                + ", fence=" + fence + "]";
    }

    /** The tar of the run's sources: SHA-256 in hex and size in bytes. */
    public record BundleRef(String sha256, long size) {}

    /** What one job may leave behind, in bytes. Log text past its limit is dropped, with a marker. */
    public record Limits(long logBytes, long artifactBytes) {}
}
