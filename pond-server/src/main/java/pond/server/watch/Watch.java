package pond.server.watch;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import pond.server.errors.ErrorCode;
import pond.server.errors.PondException;

/**
 * Calls that wait for the thing under a key to go on, past what each of them knows of it. A waiting call costs an entry
 * in a map and no thread. Register first, look second: what happens between the two completes the future, so nothing is
 * missed. Safe for use by several threads.
 */
public final class Watch<K> {
    private final Map<K, Set<Waiter>> waiting = new ConcurrentHashMap<>();
    private final AtomicInteger count = new AtomicInteger();
    private final int max;

    /** At most {@code max} calls wait at a time. */
    public Watch(int max) {
        this.max = max;
    }

    /**
     * A future that {@link #wake} completes with a level above {@code known}. Whoever no longer waits, since the time is
     * over or nobody listens, completes it, and it is forgotten. Dependents must be asynchronous: the thread that
     * completes it has other things to do.
     *
     * @throws PondException UNAVAILABLE when too many wait
     */
    public CompletableFuture<Void> register(K key, long known) {
        if (count.incrementAndGet() > max) {
            count.decrementAndGet();
            throw new PondException(
                    ErrorCode.UNAVAILABLE, "too many calls wait for something to happen; try again later");
        }
        Waiter waiter = new Waiter(known, new CompletableFuture<>());
        waiting.compute(key, (same, others) -> {
            Set<Waiter> all = others == null ? ConcurrentHashMap.newKeySet() : others;
            all.add(waiter);
            return all;
        });
        CompletableFuture<?> unused = waiter.future.whenComplete((done, failure) -> leave(key, waiter));
        return waiter.future;
    }

    /** Completes those who wait under the key and know less than {@code level}, on the calling thread. */
    public void wake(K key, long level) {
        for (Waiter waiter : waiting.getOrDefault(key, Set.of())) {
            if (waiter.known < level) {
                waiter.future.complete(null);
            }
        }
    }

    /** Completes everyone who waits under the key. */
    public void wakeAll(K key) {
        wake(key, Long.MAX_VALUE);
    }

    /** How many wait, over all keys. */
    public int size() {
        return count.get();
    }

    private void leave(K key, Waiter waiter) {
        count.decrementAndGet();
        waiting.computeIfPresent(key, (same, others) -> {
            others.remove(waiter);
            return others.isEmpty() ? null : others;
        });
    }

    /** Compared by identity: two calls may wait for the same. */
    private static final class Waiter {
        private final long known;
        private final CompletableFuture<Void> future;

        Waiter(long known, CompletableFuture<Void> future) {
            this.known = known;
            this.future = future;
        }
    }
}
