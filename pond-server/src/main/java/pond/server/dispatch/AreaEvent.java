package pond.server.dispatch;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import pond.common.api.Failure;
import pond.common.api.StageStatus;

/** Something that has happened to an area of a fan-out, or to all of them. */
sealed interface AreaEvent {
    Instant at();

    /** How the run is, as far as it matters to an area that ends. */
    enum Course {
        GOING,
        /** Something of it has failed: what runs may finish, and nothing is tried again. */
        FAILING,
        CANCELLING
    }

    /** A worker was given an attempt of the area. */
    record Leased(Instant at, String key, int attempt, String worker) implements AreaEvent {}

    /**
     * An attempt of the area is over.
     *
     * @param failure null when {@code end} is done or cancelled
     */
    record Ended(
            Instant at,
            String key,
            RunEvent.End end,
            @Nullable Failure failure,
            @Nullable Integer exitCode,
            Course course)
            implements AreaEvent {}

    /** Nobody could serve the queued area for as long as pond waits for that. */
    record Unserved(Instant at, String key, Failure failure) implements AreaEvent {}

    /** The run has failed elsewhere: whatever waits for another attempt gets none. */
    record RetriesCalledOff(Instant at) implements AreaEvent {}

    /** What is queued is called off, what runs is to end. */
    record Stopped(Instant at) implements AreaEvent {}

    /**
     * Everything is taken from whoever has it.
     *
     * @param to what becomes of what was tried: failed or cancelled
     * @param failure why, when it failed
     */
    record TakenBack(Instant at, StageStatus to, @Nullable Failure failure) implements AreaEvent {}
}
