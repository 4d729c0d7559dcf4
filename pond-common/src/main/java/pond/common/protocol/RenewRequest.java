package pond.common.protocol;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the worker holds, and which orders it knows already.
 *
 * @param draining whether the worker already knows that it should take no new jobs
 * @param paused why it asks for no jobs although it could hold more, such as a full disk; null when it asks
 */
public record RenewRequest(
        List<Held> jobs,
        boolean draining,
        Duration maxWait,
        @Nullable String paused) {
    public RenewRequest {
        jobs = List.copyOf(jobs);
    }

    /** Of a worker that asks for jobs whenever it can hold more. */
    public RenewRequest(List<Held> jobs, boolean draining, Duration maxWait) {
        this(jobs, draining, maxWait, null);
    }

    /** A job that the worker holds; {@code cancelling}: it knows that the job is to end, by a cancel or for its budget. */
    public record Held(JobRef job, boolean cancelling) {}
}
