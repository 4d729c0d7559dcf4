package pond.server.webhooks;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One request to a receiver, and what became of it.
 *
 * @param status of the answer; null when there was none
 * @param error why it does not count as delivered; null when it does
 * @param took from the look-up of the name to the head of the answer
 * @param retryAfter how long the receiver asks us to wait
 */
record Attempt(
        Instant at, @Nullable Integer status, @Nullable String error, Duration took, Optional<Duration> retryAfter) {
    private static final int GONE = 410;

    static Attempt answered(Instant at, int status, Duration took, Optional<Duration> retryAfter) {
        return new Attempt(at, status, wrong(status), took, retryAfter);
    }

    static Attempt failed(Instant at, String error, Duration took) {
        return new Attempt(at, null, error, took, Optional.empty());
    }

    boolean isSuccess() {
        return error == null;
    }

    /** Whether the receiver wants nothing more, ever. */
    boolean isFinal() {
        return status != null && status == GONE;
    }

    private static @Nullable String wrong(int status) {
        if (status / 100 == 2) {
            return null;
        }
        if (status / 100 == 3) {
            return "answered " + status + "; redirects are not followed";
        }
        return status == GONE ? "answered 410: the receiver wants no more of it" : "answered " + status;
    }
}
