package pond.server.runs;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import pond.common.api.Failure;
import pond.common.api.RunStatus;
import pond.common.ids.ProjectId;
import pond.common.ids.RunId;
import pond.common.protocol.Job.BundleRef;

/**
 * How far a run has come. Immutable; {@link #moved} gives the next one.
 *
 * @param version grows by one with every change that a reader could see
 * @param bundle what its sources became, once they are fetched
 * @param error set as soon as the run is bound to fail, while stages that run may still finish
 * @param killConfirmed of a cancelled run: whether nothing of its stages is known to be alive
 */
public record Run(
        RunId id,
        ProjectId project,
        RunStatus status,
        long version,
        @Nullable BundleRef bundle,
        @Nullable Failure error,
        Instant createdAt,
        @Nullable Instant startedAt,
        @Nullable Instant finishedAt,
        @Nullable Instant cancelRequestedAt,
        @Nullable Boolean killConfirmed) {

    /** A run that was just submitted. */
    public static Run queued(RunId id, ProjectId project, Instant at) {
        return new Run(id, project, RunStatus.QUEUED, 1, null, null, at, null, null, null, null);
    }

    /** The same run in another status, or in the same one. */
    public Run moved(RunStatus to, Instant at) {
        if (to == status) {
            return this;
        }
        if (!RunMoves.isLegal(status, to)) {
            throw new IllegalStateException("run " + id + " cannot go from " + status + " to " + to);
        }
        Instant started = startedAt == null && to == RunStatus.RUNNING ? at : startedAt;
        Instant finished = to.isTerminal() ? at : null;
        Failure why = to == RunStatus.FAILED ? error : null;
        return new Run(
                id, project, to, version, bundle, why, createdAt, started, finished, cancelRequestedAt, killConfirmed);
    }

    /** Bound to fail, for the first reason that is given. */
    public Run failing(Failure why) {
        return error != null ? this : with(bundle, why, cancelRequestedAt, killConfirmed);
    }

    /** Its cancel was asked for; nothing is known to be alive until a worker says otherwise. */
    public Run cancelRequested(Instant at) {
        return with(bundle, null, at, Boolean.TRUE);
    }

    /** Something of it may be alive. */
    public Run killUnconfirmed() {
        return with(bundle, error, cancelRequestedAt, Boolean.FALSE);
    }

    /** Its sources are fetched. */
    public Run withBundle(BundleRef fetched) {
        return with(fetched, error, cancelRequestedAt, killConfirmed);
    }

    private Run with(
            @Nullable BundleRef fetched, @Nullable Failure why, @Nullable Instant asked, @Nullable Boolean confirmed) {
        return new Run(id, project, status, version, fetched, why, createdAt, startedAt, finishedAt, asked, confirmed);
    }
}
