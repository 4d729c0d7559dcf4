package pond.server.events;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import pond.common.ids.RunId;

/**
 * Batches that were read a moment ago, for followers that come to the same place a little later. Bounded by bytes over all
 * runs; what was used longest ago goes first. For one thread at a time.
 */
final class RecentBatches {
    private final long maxBytes;
    private final Map<Place, EventBatch> batches = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    RecentBatches(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Where in which run. */
    record Place(RunId run, Cursor after) {}

    Optional<EventBatch> find(Place place) {
        return Optional.ofNullable(batches.get(place));
    }

    void put(Place place, EventBatch batch) {
        forget(place);
        batches.put(place, batch);
        bytes += batch.bytes().remaining();
        Iterator<EventBatch> oldest = batches.values().iterator();
        while (bytes > maxBytes && oldest.hasNext()) {
            bytes -= oldest.next().bytes().remaining();
            oldest.remove();
        }
    }

    /** Drops all of a run. */
    void forget(RunId run) {
        Deque<Place> of = new ArrayDeque<>();
        for (Place place : batches.keySet()) {
            if (place.run().equals(run)) {
                of.add(place);
            }
        }
        of.forEach(this::forget);
    }

    long bytes() {
        return bytes;
    }

    private void forget(Place place) {
        EventBatch gone = batches.remove(place);
        if (gone != null) {
            bytes -= gone.bytes().remaining();
        }
    }
}
