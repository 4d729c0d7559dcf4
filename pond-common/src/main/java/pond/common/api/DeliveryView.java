package pond.common.api;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Telling a receiver of something that has happened to a run. {@code toString} leaves the address out.
 *
 * @param id the same with every attempt, so that a receiver knows what it has seen
 * @param attempts the last twenty, oldest first
 * @param nextAttemptAt set exactly while it is pending
 * @param deliveredAt set exactly when it was delivered
 */
public record DeliveryView(
        UUID id,
        String event,
        String url,
        DeliveryStatus status,
        List<AttemptView> attempts,
        @Nullable Instant nextAttemptAt,
        Instant createdAt,
        @Nullable Instant deliveredAt) {
    public DeliveryView {
        attempts = List.copyOf(attempts);
    }

    /**
     * One request.
     *
     * @param status of the answer; null when there was none
     * @param error why it does not count as delivered; null when it does
     * @param durationMs from the look-up of the name to the answer
     */
    public record AttemptView(
            Instant at, @Nullable Integer status, @Nullable String error, long durationMs) {}

    @Override
    public String toString() {
        return "DeliveryView[id=" + id + ", event=" + event + ", status=" + status + "]";
    }
}
