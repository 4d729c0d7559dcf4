package pond.common.protocol;

import java.time.Duration;
import pond.common.ids.WorkerId;

/**
 * The server's answer to an attach.
 *
 * @param lease how long a job stays the worker's after the last renewal
 * @param cancelGrace how long a stage that is told to end may take before it is killed
 */
public record Attached(WorkerId worker, Duration lease, Duration cancelGrace) {
    /** The longest that a {@code lease} or {@code renew} call may wait on the server: a third of a lease. */
    public Duration maxWait() {
        return lease.dividedBy(3);
    }
}
