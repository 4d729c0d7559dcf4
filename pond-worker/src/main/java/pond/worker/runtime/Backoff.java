package pond.worker.runtime;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import pond.common.protocol.ProtocolException;
import pond.common.protocol.Refusal;

/**
 * How long to wait before the next try: evenly drawn between nothing and a bound that doubles with every try ("full
 * jitter", from Marc Brooker's "Exponential Backoff and Jitter", AWS Architecture Blog), so that many workers do not come
 * back at the same moment. Once the bound has reached its cap, it is drawn from the whole cap. For one thread.
 */
final class Backoff {
    private static final Duration FIRST = Duration.ofMillis(100);
    /** What a server can ask for at most; a slip of its operator must not silence a worker for days. */
    private static final Duration MOST_ASKED = Duration.ofMinutes(10);

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

    /**
     * How long to wait after this failure: at least as long as the server has asked for, and the jitter comes on top of
     * that. A call that is {@linkplain Refusal#INVALID invalid} fails until one side is replaced: it goes to the cap at
     * once.
     */
    Duration next(Throwable failure) {
        if (!(failure instanceof ProtocolException refused)) {
            return next();
        }
        if (refused.refusal() == Refusal.INVALID) {
            bound = most;
        }
        Duration asked = refused.retryAfter().orElse(Duration.ZERO);
        return next().plus(asked.compareTo(MOST_ASKED) < 0 ? asked : MOST_ASKED);
    }

    void reset() {
        bound = FIRST;
    }
}
