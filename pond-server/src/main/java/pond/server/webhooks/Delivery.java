package pond.server.webhooks;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import pond.common.api.DeliveryStatus;
import pond.common.ids.ProjectId;
import pond.common.ids.RunId;

/**
 * Something that a receiver is to be told, without the body. Immutable; its methods give the next one.
 *
 * @param project whose it is, for projects to take turns
 * @param receiver the host, for receivers to take turns
 * @param attempts of all times
 * @param failures since it was made, or asked for again
 * @param nextAttemptAt set exactly while it is pending
 * @param giveUpAt no attempt is planned for a later time
 */
record Delivery(
        UUID id,
        RunId run,
        ProjectId project,
        String event,
        String url,
        String receiver,
        DeliveryStatus status,
        int attempts,
        int failures,
        @Nullable Instant nextAttemptAt,
        Instant giveUpAt,
        Instant createdAt,
        @Nullable Instant deliveredAt) {

    Delivery delivered(Instant at) {
        return with(DeliveryStatus.DELIVERED, attempts + 1, failures, null, giveUpAt, at);
    }

    /** An attempt has failed; another one comes, unless that would be too late. */
    Delivery failed(Instant next) {
        return next.isAfter(giveUpAt)
                ? givenUp()
                : with(DeliveryStatus.PENDING, attempts + 1, failures + 1, next, giveUpAt, null);
    }

    /** An attempt has failed, and there is none after it. */
    Delivery givenUp() {
        return with(DeliveryStatus.GIVEN_UP, attempts + 1, failures + 1, null, giveUpAt, null);
    }

    /** Asked for again: due at once, with all its time before it. */
    Delivery again(Instant now, Instant until) {
        return with(DeliveryStatus.PENDING, attempts, 0, now, until, null);
    }

    private Delivery with(
            DeliveryStatus to, int tried, int failed, @Nullable Instant next, Instant until, @Nullable Instant taken) {
        return new Delivery(id, run, project, event, url, receiver, to, tried, failed, next, until, createdAt, taken);
    }
}
