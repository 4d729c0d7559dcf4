package pond.server.keys;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import pond.common.api.KeyView;
import pond.common.ids.ProjectId;

/**
 * A row of {@code keys}.
 *
 * @param sha256 of the plaintext, 64 lower-case hex digits
 */
record ApiKey(
        String id,
        String projectId,
        @Nullable String name,
        String sha256,
        Instant createdAt,
        @Nullable Instant expiresAt,
        @Nullable Instant revokedAt) {

    boolean isUsable(Instant now) {
        return revokedAt == null && (expiresAt == null || now.isBefore(expiresAt));
    }

    UUID uuid() {
        return UUID.fromString(id);
    }

    /** How it is shown; {@code plaintext} only when it has just been minted. */
    KeyView view(@Nullable String plaintext) {
        return new KeyView(uuid(), plaintext, new ProjectId(projectId), name, createdAt, expiresAt, revokedAt);
    }
}
