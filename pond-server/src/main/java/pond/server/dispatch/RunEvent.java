package pond.server.dispatch;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import pond.common.api.Failure;
import pond.common.api.StageView.SandboxView;

/** Something that has happened to a run. */
sealed interface RunEvent {
    Instant at();

    /** It was stored; nothing is queued yet. */
    record Submitted(Instant at) implements RunEvent {}

    /**
     * A worker was given an attempt of the stage.
     *
     * @param worker null when it was given the first of the stage's areas
     */
    record Leased(
            Instant at, int position, int attempt, @Nullable String worker) implements RunEvent {}

    /**
     * An attempt of the stage is over.
     *
     * @param failure null exactly when {@code end} is {@link End#DONE} or {@link End#CANCELLED}
     * @param killConfirmed whether nothing of the stage is known to be alive
     */
    record Ended(
            Instant at,
            int position,
            End end,
            @Nullable Failure failure,
            @Nullable Integer exitCode,
            @Nullable SandboxView sandbox,
            boolean killConfirmed)
            implements RunEvent {}

    /**
     * An attempt of one of the stage's areas is over, or all of them have ended.
     *
     * @param killConfirmed whether nothing of the area is known to be alive
     * @param over whether all areas have ended, and the stage with them
     * @param failure how the stage fails, if it does; it is not tried again, as its areas were
     */
    record AreaEnded(
            Instant at,
            int position,
            boolean killConfirmed,
            @Nullable SandboxView sandbox,
            boolean over,
            @Nullable Failure failure)
            implements RunEvent {}

    /** The queued stage cannot begin: nobody could serve it for as long as pond waits for that, or it has no areas. */
    record Unserved(Instant at, int position, Failure failure) implements RunEvent {}

    /** Someone asked for its cancel. */
    record CancelRequested(Instant at) implements RunEvent {}

    /** Its workers did not confirm the cancel in time. */
    record CancelOverdue(Instant at) implements RunEvent {}

    /** It has lasted as long as a run may. */
    record Expired(Instant at, Failure failure) implements RunEvent {}

    /** How an attempt is over. */
    enum End {
        DONE,
        FAILED,
        TIMEOUT,
        CANCELLED,
        /** Its worker is lost, so nobody knows how far it came. */
        LOST
    }
}
