package pond.server.stages;

import static pond.common.api.StageStatus.CANCELLED;
import static pond.common.api.StageStatus.DONE;
import static pond.common.api.StageStatus.FAILED;
import static pond.common.api.StageStatus.PENDING;
import static pond.common.api.StageStatus.QUEUED;
import static pond.common.api.StageStatus.RUNNING;
import static pond.common.api.StageStatus.SKIPPED;

import java.util.Map;
import java.util.Set;
import pond.common.api.StageStatus;

/**
 * Every legal move of a stage.
 *
 * <pre>
 * pending ──► queued ──► running ──► done
 *    │          │ ▲         │├─────► failed
 *    │          │ └─────────┘└─────► cancelled
 *    │          │  (retry)
 *    │          ├──► failed      nobody could serve it, or its retries were called off
 *    │          ├──► cancelled   its retries were called off by a cancel
 *    └──────────┴──► skipped
 * </pre>
 */
public final class StageMoves {
    private static final Map<StageStatus, Set<StageStatus>> LEGAL = Map.of(
            PENDING, Set.of(QUEUED, SKIPPED),
            QUEUED, Set.of(RUNNING, FAILED, CANCELLED, SKIPPED),
            RUNNING, Set.of(QUEUED, DONE, FAILED, CANCELLED),
            DONE, Set.of(),
            FAILED, Set.of(),
            CANCELLED, Set.of(),
            SKIPPED, Set.of());

    private StageMoves() {}

    public static boolean isLegal(StageStatus from, StageStatus to) {
        return LEGAL.getOrDefault(from, Set.of()).contains(to);
    }
}
