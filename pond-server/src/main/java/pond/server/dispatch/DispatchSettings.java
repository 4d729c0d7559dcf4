package pond.server.dispatch;

import java.time.Duration;
import pond.common.protocol.Job.Limits;
import pond.server.limits.ProjectLimits;

/**
 * How long pond waits for what, and what a job may leave behind.
 *
 * @param noWorkerGrace for a worker that can serve a queued stage
 * @param lease from one renewal to the loss of the worker
 * @param cancelGrace for a stage that is told to end
 * @param runLimit for a whole run, from its submit on
 * @param limits of one job
 * @param projects of all running jobs of a project
 */
public record DispatchSettings(
        Duration noWorkerGrace,
        Duration lease,
        Duration cancelGrace,
        Duration runLimit,
        Limits limits,
        ProjectLimits projects) {
    /** Killing, collecting and reporting take a moment after the grace. */
    private static final Duration CONFIRMATION_SLACK = Duration.ofSeconds(4);

    /** Without bounds for projects. */
    public DispatchSettings(
            Duration noWorkerGrace, Duration lease, Duration cancelGrace, Duration runLimit, Limits limits) {
        this(noWorkerGrace, lease, cancelGrace, runLimit, limits, ProjectLimits.none());
    }

    /** How long a cancelled run waits for its workers. */
    Duration cancelWait() {
        return cancelGrace.plus(CONFIRMATION_SLACK);
    }
}
