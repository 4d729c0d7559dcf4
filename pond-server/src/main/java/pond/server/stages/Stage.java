package pond.server.stages;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pond.common.api.Failure;
import pond.common.api.StageStatus;
import pond.common.api.StageView.SandboxView;
import pond.common.definition.ExecutorKind;
import pond.common.definition.ExecutorSpec;
import pond.common.definition.RetrySpec;
import pond.common.json.Json;

/**
 * A stage of a run: what it is, and how far it has come. Immutable; {@link #moved} gives the next one.
 *
 * @param plan what was submitted
 * @param attempt the latest attempt, 0 before the first
 * @param worker the name of the worker that has or had it
 * @param error of the latest attempt that failed; stays while a retry waits
 */
public record Stage(
        Plan plan,
        StageStatus status,
        int attempt,
        @Nullable String worker,
        @Nullable SandboxView sandbox,
        @Nullable Instant startedAt,
        @Nullable Instant finishedAt,
        @Nullable Integer exitCode,
        @Nullable Failure error) {

    /**
     * The part that never changes. Executor and retry stay text until somebody needs them: most events of a run with many
     * stages touch one.
     *
     * @param position in the definition; the implicit fetch has 0, and the stages then begin at 1
     * @param needs the text of what a worker must have, under which its jobs queue
     * @param predecessors positions of the stages that must be done before
     */
    public record Plan(
            int position,
            String key,
            String name,
            @Nullable String category,
            ExecutorKind kind,
            String executorJson,
            Duration timeout,
            String retryJson,
            String needs,
            List<Integer> predecessors) {
        public Plan {
            predecessors = List.copyOf(predecessors);
        }

        /** The same, with a stage more that must be done before. */
        public Plan after(int predecessor) {
            if (predecessors.contains(predecessor)) {
                return this;
            }
            List<Integer> more = new ArrayList<>(predecessors);
            more.add(predecessor);
            return new Plan(position, key, name, category, kind, executorJson, timeout, retryJson, needs, more);
        }

        public ExecutorSpec executor() {
            return Json.read(executorJson, ExecutorSpec.class);
        }

        public RetrySpec retry() {
            return Json.read(retryJson, RetrySpec.class);
        }
    }

    /** A stage whose turn has not come. */
    public static Stage pending(Plan plan) {
        return new Stage(plan, StageStatus.PENDING, 0, null, null, null, null, null, null);
    }

    /** The stage, done as it is, as a stage of another run. */
    public Stage in(Plan other) {
        if (status != StageStatus.DONE) {
            throw new IllegalStateException("stage " + plan.key() + " is " + status + ", so it must run again");
        }
        return new Stage(other, status, attempt, worker, sandbox, startedAt, finishedAt, exitCode, error);
    }

    public int position() {
        return plan.position();
    }

    /** In the queue, for its first attempt or for another one; an error of the last attempt stays to be seen. */
    public Stage queued() {
        return new Stage(plan, moved(StageStatus.QUEUED), attempt, worker, sandbox, startedAt, null, exitCode, error);
    }

    /** A worker has it; null when its areas are with several. */
    public Stage running(int number, @Nullable String by, Instant at) {
        Instant first = startedAt == null ? at : startedAt;
        return new Stage(plan, moved(StageStatus.RUNNING), number, by, sandbox, first, null, null, error);
    }

    /** It has ended, in a status that nothing changes any more. */
    public Stage ended(StageStatus to, Instant at, @Nullable Failure why) {
        return new Stage(plan, moved(to), attempt, worker, sandbox, startedAt, at, exitCode, why);
    }

    /** What its worker reported of the attempt that just ended. */
    public Stage reported(@Nullable Integer code, @Nullable SandboxView ran, @Nullable Failure why) {
        return new Stage(plan, status, attempt, worker, ran, startedAt, finishedAt, code, why);
    }

    private StageStatus moved(StageStatus to) {
        if (!StageMoves.isLegal(status, to)) {
            throw new IllegalStateException("stage " + plan.key() + " cannot go from " + status + " to " + to);
        }
        return to;
    }
}
