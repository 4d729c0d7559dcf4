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
    /** The longest that a {@code renew} call may wait on the server: a third of a lease. */
    public Duration maxWait() {
        return lease.dividedBy(3);
    }

    /**
     * The longest that a {@code lease} call may wait on the server: five sixths of a lease. The next call is then the sign
     * of life that an idle worker owes within a lease, and costs the server as little as it can.
     */
    public Duration maxLeaseWait() {
        return lease.dividedBy(6).multipliedBy(5);
    }
}
