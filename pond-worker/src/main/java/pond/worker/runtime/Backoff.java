package pond.worker.runtime;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How long to wait before the next try: evenly drawn between nothing and a bound that doubles with every try ("full
 * jitter", from Marc Brooker's "Exponential Backoff and Jitter", AWS Architecture Blog), so that many workers do not come
 * back at the same moment. For one thread.
 */
final class Backoff {
    private static final Duration FIRST = Duration.ofMillis(100);

    private final Duration most;
    private Duration bound = FIRST;

    Backoff(Duration most) {
        this.most = most;
    }

    Duration next() {
        Duration now = bound.compareTo(most) < 0 ? bound : most;
        bound = now.multipliedBy(2);
        return Duration.ofNanos(ThreadLocalRandom.current().nextLong(now.toNanos() + 1));
    }

    void reset() {
        bound = FIRST;
    }
}
