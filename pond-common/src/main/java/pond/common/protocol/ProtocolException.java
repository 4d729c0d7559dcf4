package pond.common.protocol;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The server refuses a call; repeating the same call would be refused again, save for {@link Refusal#BUSY}. */
public final class ProtocolException extends RuntimeException {
    private final Refusal refusal;
    private final @Nullable Duration retryAfter;

    public ProtocolException(Refusal refusal, String message) {
        this(refusal, message, null);
    }

    /** @param retryAfter how long the server wants to be left alone, null when it did not say */
    public ProtocolException(Refusal refusal, String message, @Nullable Duration retryAfter) {
        super(message);
        this.refusal = refusal;
        this.retryAfter = retryAfter;
    }

    /** Why; decides what the worker does next. */
    public Refusal refusal() {
        return refusal;
    }

    /** How long the server wants to be left alone before the next try. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
