package pond.server.stages;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import pond.common.api.Waiting;
import pond.common.ids.RunId;

/**
 * Something that waits, and until when.
 *
 * @param subject the id of the run, job or worker that waits; there is one wait for each at a time
 * @param run null for a worker
 * @param position of the stage, null for a run or a worker
 */
public record Wait(
        String subject,
        @Nullable RunId run,
        @Nullable Integer position,
        WaitCode code,
        String message,
        Instant since,
        Instant deadline) {

    /** The run, of a wait that has one. */
    public RunId runId() {
        return Objects.requireNonNull(run, "a worker's wait has no run");
    }

    /** The stage's position, of a wait of a stage. */
    public int stagePosition() {
        return Objects.requireNonNull(position, "only a stage's wait has a position");
    }

    /** The same wait with another reason. */
    public Wait because(WaitCode reason, String words) {
        return new Wait(subject, run, position, reason, words, since, deadline);
    }

    /** As users see it. */
    public Waiting view() {
        return new Waiting(code.toString(), message, since, deadline, code.onDeadline());
    }
}
