package pond.server.events;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pond.common.ids.RunId;
import pond.server.events.RecentBatches.Place;

/**
 * Brings batches to followers. Those who stand at one place of a run wait together: one of them has it read, or has the
 * run watched until there is something to read, and all get the same bytes. All followers together are served by two
 * threads, which never write to a socket that has to be waited for. Safe for use by several threads.
 */
final class Feeds implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Feeds.class);
    private static final int THREADS = 2;
    private static final long RECENT_BYTES = 8L * 1024 * 1024;
    /** How many times the silence is looked at before it has lasted long enough. */
    private static final int LOOKS = 15;
    /** Each follower costs a write, so many of them are served less often, and by that with more lines at a time. */
    private static final long PACE_MICROS = 1_000;

    private static final long SLOWEST_PACE_MICROS = 1_000_000;

    private final EventSource source;
    private final ScheduledThreadPoolExecutor threads;
    private final Map<Place, Crowd> crowds = new HashMap<>();
    private final Map<RunId, Integer> followers = new HashMap<>();
    private final RecentBatches recent = new RecentBatches(RECENT_BYTES);

    /** Those who wait at one place, and what wakes them. */
    private static final class Crowd {
        private final Set<Follower> waiting = new LinkedHashSet<>();
        private @Nullable CompletableFuture<Void> signal;
    }

    /** @param ping the silence after which a follower gets a sign of life, to a fifteenth part */
    Feeds(EventSource source, Duration ping) {
        this.source = source;
        AtomicInteger number = new AtomicInteger();
        this.threads = new ScheduledThreadPoolExecutor(
                THREADS,
                task -> {
                    Thread thread = new Thread(task, "pond-events-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                },
                // Only after the close, when there is nobody left to serve.
                new ThreadPoolExecutor.DiscardPolicy());
        long look = Math.max(1, ping.toNanos() / LOOKS);
        ScheduledFuture<?> unused =
                threads.scheduleWithFixedDelay(() -> ping(ping.toNanos()), look, look, TimeUnit.NANOSECONDS);
    }

    /** To be called once for a follower, before it asks for anything. */
    synchronized void join(Follower follower) {
        followers.merge(follower.run(), 1, Integer::sum);
    }

    /** The follower gets the batch after its place: now, on this thread, or when there is one. */
    void await(Follower follower) {
        Place place = new Place(follower.run(), follower.at());
        Optional<EventBatch> ready;
        synchronized (this) {
            ready = recent.find(place);
            if (ready.isEmpty()) {
                Crowd crowd = crowds.get(place);
                if (crowd == null) {
                    crowd = new Crowd();
                    crowds.put(place, crowd);
                    boolean live = follower.isLive();
                    threads.execute(() -> {
                        if (live) {
                            watch(place);
                        } else {
                            read(place);
                        }
                    });
                }
                crowd.waiting.add(follower);
            }
        }
        ready.ifPresent(follower::take);
    }

    /** The follower wants nothing more. */
    void leave(Follower follower) {
        CompletableFuture<Void> signal = null;
        synchronized (this) {
            if (followers.merge(follower.run(), -1, Integer::sum) == 0) {
                followers.remove(follower.run());
                recent.forget(follower.run());
            }
            Crowd crowd = crowds.get(new Place(follower.run(), follower.at()));
            if (crowd != null && crowd.waiting.remove(follower) && crowd.waiting.isEmpty()) {
                signal = crowd.signal;
            }
        }
        if (signal != null) {
            // Has the place read once more, which finds that nobody is there.
            signal.complete(null);
        }
    }

    /** How many places are waited at; for tests. */
    synchronized int places() {
        return crowds.size();
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    private void read(Place place) {
        if (isDeserted(place)) {
            return;
        }
        try {
            Optional<EventBatch> batch = source.read(place.run(), place.after());
            if (batch.isPresent()) {
                takeAll(place, batch.get()).forEach(follower -> follower.take(batch.get()));
            } else {
                watch(place);
            }
        } catch (RuntimeException e) {
            cutAll(place, e);
        }
    }

    private void watch(Place place) {
        if (isDeserted(place)) {
            return;
        }
        try {
            CompletableFuture<Void> signal = source.changedAfter(place.run(), place.after());
            boolean deserted;
            synchronized (this) {
                Crowd crowd = crowds.get(place);
                deserted = crowd == null || crowd.waiting.isEmpty();
                if (crowd != null) {
                    crowd.signal = signal;
                }
            }
            CompletableFuture<?> unused = signal.whenComplete((none, failure) -> readSoon(place));
            if (deserted) {
                signal.complete(null);
            }
        } catch (RuntimeException e) {
            cutAll(place, e);
        }
    }

    private void readSoon(Place place) {
        ScheduledFuture<?> unused = threads.schedule(() -> read(place), pace(place.run()), TimeUnit.MICROSECONDS);
    }

    /** Whether nobody waits there any more; the place is forgotten then. */
    private synchronized boolean isDeserted(Place place) {
        Crowd crowd = crowds.get(place);
        if (crowd != null && crowd.waiting.isEmpty()) {
            crowds.remove(place);
            return true;
        }
        return crowd == null;
    }

    private synchronized List<Follower> takeAll(Place place, @Nullable EventBatch batch) {
        Crowd crowd = crowds.remove(place);
        if (crowd == null) {
            return List.of();
        }
        if (batch != null && crowd.waiting.size() < followers.getOrDefault(place.run(), 0)) {
            recent.put(place, batch);
        }
        return List.copyOf(crowd.waiting);
    }

    private void cutAll(Place place, RuntimeException reason) {
        List<Follower> all = takeAll(place, null);
        LOG.warn("{} followers of run {} are sent away, to come back: {}", all.size(), place.run(), reason.toString());
        all.forEach(Follower::cut);
    }

    private synchronized long pace(RunId run) {
        return Math.min(SLOWEST_PACE_MICROS, PACE_MICROS * followers.getOrDefault(run, 0));
    }

    private void ping(long nanos) {
        List<Follower> silent;
        synchronized (this) {
            silent = crowds.values().stream()
                    .flatMap(crowd -> crowd.waiting.stream())
                    .toList();
        }
        try {
            silent.forEach(follower -> follower.ping(nanos));
        } catch (RuntimeException e) {
            LOG.warn("some followers got no sign of life; going on with the next look", e);
        }
    }
}
