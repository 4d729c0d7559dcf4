package pond.server.events;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import pond.common.ids.RunId;

/** Where events come from. Both calls may read from disk, so they are for threads that may wait. */
interface EventSource {
    /** Some events after a place; empty when there are none yet. Throws a not-found refusal when the run is gone. */
    Optional<EventBatch> read(RunId run, Cursor after);

    /**
     * A signal that is given when a read might bring something. Whoever no longer waits completes it. Dependents must be
     * quick. Throws UNAVAILABLE when too many wait.
     */
    CompletableFuture<Void> changedAfter(RunId run, Cursor after);
}
