package pond.server.limits;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How often an address may fail to show a good token: so many times a minute, all of them at once if it likes. Only failures
 * count, so a good token is never refused for what others do at the same address. Knows a bounded number of addresses, and
 * forgets the one that has failed least lately. Safe for use by several threads.
 */
public final class FailureLimit {
    private static final Logger log = LoggerFactory.getLogger(FailureLimit.class);
    private static final int MAX_ADDRESSES = 10_000;
    private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

    private final int perMinute;
    private final LongSupplier nanos;
    private final Map<String, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
            return size() > MAX_ADDRESSES;
        }
    };

    /** Tokens as of a moment; they grow with time up to a minute's worth. */
    private static final class Bucket {
        private double tokens;
        private long at;
        private long loggedAt;

        Bucket(double tokens, long at) {
            this.tokens = tokens;
            this.at = at;
            this.loggedAt = at - MINUTE;
        }
    }

    /**
     * Makes a limit.
     *
     * @param perMinute 0 is none
     * @param nanos a clock that only ever goes forward
     */
    public FailureLimit(int perMinute, LongSupplier nanos) {
        this.perMinute = perMinute;
        this.nanos = nanos;
    }

    /** No limit. */
    public static FailureLimit none() {
        return new FailureLimit(0, () -> 0);
    }

    /** Counts a failure; how long to wait when it is one too many. Logs that once a minute for each address. */
    public Optional<Duration> failed(String address) {
        if (perMinute == 0) {
            return Optional.empty();
        }
        long now = nanos.getAsLong();
        synchronized (buckets) {
            Bucket bucket = buckets.computeIfAbsent(address, first -> new Bucket(perMinute, now));
            double grown = (double) (now - bucket.at) / MINUTE * perMinute;
            bucket.tokens = Math.min(perMinute, bucket.tokens + grown);
            bucket.at = now;
            if (bucket.tokens >= 1) {
                bucket.tokens--;
                return Optional.empty();
            }
            if (now - bucket.loggedAt >= MINUTE) {
                bucket.loggedAt = now;
                log.warn("more than {} calls a minute without a good token from {}; they get 429", perMinute, address);
            }
            return Optional.of(Duration.ofNanos((long) ((1 - bucket.tokens) / perMinute * MINUTE)));
        }
    }

    /** How many addresses are known. */
    int size() {
        synchronized (buckets) {
            return buckets.size();
        }
    }
}
