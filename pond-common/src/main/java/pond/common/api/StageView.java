package pond.common.api;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pond.common.ids.RunId;

/**
 * A stage of a run. Null means: not yet, or not for this kind.
 *
 * @param kind {@code noop}, {@code builtin}, {@code shell}, {@code swarm}, or {@code fetch} for the implicit first stage
 * @param attempt the number of the latest attempt, 0 before the first
 * @param worker the name of the worker that has or had it
 * @param attestation {@code verified} when its worker's key has signed how the latest attempt of the agent ended
 * @param reusedFrom the run in which the stage really ran, when that is another one; that run may be gone
 */
public record StageView(
        String key,
        String name,
        @Nullable String category,
        String kind,
        StageStatus status,
        int attempt,
        @Nullable String worker,
        @Nullable ProgressView progress,
        @Nullable SandboxView sandbox,
        @Nullable Instant startedAt,
        @Nullable Instant finishedAt,
        @Nullable Integer exitCode,
        @Nullable Failure error,
        @Nullable String attestation,
        List<SubstageView> substages,
        @Nullable Waiting waiting,
        @Nullable RunId reusedFrom) {

    /** {@code done} of {@code total} steps; total 0 when it is not known. */
    public record ProgressView(
            long done, long total, @Nullable String message) {}

    /** What was asked for or chosen, and what the worker really did. */
    public record SandboxView(
            @Nullable String profile,
            @Nullable String effective,
            @Nullable String backend) {}

    /** One area of a fan-out. */
    public record SubstageView(
            String key,
            @Nullable String title,
            StageStatus status,
            int attempt,
            @Nullable String worker,
            @Nullable Instant startedAt,
            @Nullable Instant finishedAt,
            @Nullable Integer exitCode,
            @Nullable Failure error,
            @Nullable String attestation) {}
}
