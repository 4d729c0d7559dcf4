package pond.common.protocol;

import java.time.Duration;
import java.util.List;

/**
 * What the worker holds, and which orders it knows already.
 *
 * @param draining whether the worker already knows that it should take no new jobs
 */
public record RenewRequest(List<Held> jobs, boolean draining, Duration maxWait) {
    public RenewRequest {
        jobs = List.copyOf(jobs);
    }

    /** A job that the worker holds; {@code cancelling}: it knows that the job is to end, by a cancel or for its budget. */
    public record Held(JobRef job, boolean cancelling) {}
}
