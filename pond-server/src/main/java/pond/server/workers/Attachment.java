package pond.server.workers;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An attachment as it stands or as it ended.
 *
 * @param status as stored: attached, draining, detached, lost, replaced or revoked
 */
public record Attachment(
        Worker worker, String status, @Nullable Instant endedAt) {}
