package pond.server.runs;

import static pond.common.api.RunStatus.CANCELLED;
import static pond.common.api.RunStatus.CANCELLING;
import static pond.common.api.RunStatus.DONE;
import static pond.common.api.RunStatus.FAILED;
import static pond.common.api.RunStatus.QUEUED;
import static pond.common.api.RunStatus.RUNNING;

import java.util.Map;
import java.util.Set;
import pond.common.api.RunStatus;

/**
 * Every legal move of a run.
 *
 * <pre>
 * queued ──► running ──► done
 *    │          ├──────► failed
 *    │          ├──────► cancelling ──► cancelled
 *    │          └───────────────────────────▲
 *    ├──► failed      nobody could serve its first stage
 *    └──► cancelled ────────────────────────┘   nothing had started
 * </pre>
 */
public final class RunMoves {
    private static final Map<RunStatus, Set<RunStatus>> LEGAL = Map.of(
            QUEUED, Set.of(RUNNING, FAILED, CANCELLED),
            RUNNING, Set.of(DONE, FAILED, CANCELLING, CANCELLED),
            CANCELLING, Set.of(CANCELLED),
            DONE, Set.of(),
            FAILED, Set.of(),
            CANCELLED, Set.of());

    private RunMoves() {}

    public static boolean isLegal(RunStatus from, RunStatus to) {
        return LEGAL.getOrDefault(from, Set.of()).contains(to);
    }
}
