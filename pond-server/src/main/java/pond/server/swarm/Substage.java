package pond.server.swarm;

import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import pond.common.api.Failure;
import pond.common.api.StageStatus;

/**
 * One area of a fan-out, and how far it has come. Immutable; each change gives the next one, and throws when it is not one
 * of these moves:
 *
 * <pre>
 * queued ──► running ──► done
 *   │ ▲         │├─────► failed
 *   │ └─────────┘└─────► cancelled
 *   │  (retry)
 *   ├──► failed      nobody could serve it, or its retries were called off
 *   ├──► cancelled   its retries were called off by a cancel
 *   └──► skipped     it was never tried
 * </pre>
 *
 * @param ordinal its place in the list that the areas came from
 * @param attempt the latest one, 0 before the first
 * @param worker the name of the worker that has or had it
 * @param error of the latest attempt that failed; stays while a retry waits
 * @param attestation {@code verified} when its worker's key has signed how the latest attempt ended
 */
public record Substage(
        Area area,
        int ordinal,
        StageStatus status,
        int attempt,
        @Nullable String worker,
        @Nullable Instant startedAt,
        @Nullable Instant finishedAt,
        @Nullable Integer exitCode,
        @Nullable Failure error,
        @Nullable String attestation) {
    private static final Map<StageStatus, Set<StageStatus>> LEGAL = Map.of(
            StageStatus.QUEUED,
            Set.of(StageStatus.RUNNING, StageStatus.FAILED, StageStatus.CANCELLED, StageStatus.SKIPPED),
            StageStatus.RUNNING,
            Set.of(StageStatus.QUEUED, StageStatus.DONE, StageStatus.FAILED, StageStatus.CANCELLED));

    /** An area whose first attempt is queued. */
    public static Substage first(Area area, int ordinal) {
        return new Substage(area, ordinal, StageStatus.QUEUED, 0, null, null, null, null, null, null);
    }

    public String key() {
        return area.key();
    }

    /** Queued for another attempt; the error of the last one stays to be seen. */
    public Substage queued(@Nullable Integer code, @Nullable Failure why) {
        return new Substage(
                area, ordinal, moved(StageStatus.QUEUED), attempt, worker, startedAt, null, code, why, attestation);
    }

    /** A worker has it. */
    public Substage running(int number, String by, Instant at) {
        Instant first = startedAt == null ? at : startedAt;
        return new Substage(area, ordinal, moved(StageStatus.RUNNING), number, by, first, null, null, error, null);
    }

    /** It has ended, in a status that nothing changes any more. */
    public Substage ended(StageStatus to, Instant at, @Nullable Integer code, @Nullable Failure why) {
        return new Substage(area, ordinal, moved(to), attempt, worker, startedAt, at, code, why, attestation);
    }

    /** Whether it can go from one status to another. */
    public static boolean isLegal(StageStatus from, StageStatus to) {
        return LEGAL.getOrDefault(from, Set.of()).contains(to);
    }

    private StageStatus moved(StageStatus to) {
        if (!isLegal(status, to)) {
            throw new IllegalStateException("area " + key() + " cannot go from " + status + " to " + to);
        }
        return to;
    }
}
