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
 * @param prefix what follows {@link KeyService#PREFIX} in the plaintext, some characters; null for old keys
 * @param lastUsedAt to the minute; null when it has not been used
 */
record ApiKey(
        String id,
        String projectId,
        @Nullable String name,
        String sha256,
        Instant createdAt,
        @Nullable Instant expiresAt,
        @Nullable Instant revokedAt,
        @Nullable String prefix,
        @Nullable Instant lastUsedAt) {

    boolean isUsable(Instant now) {
        return revokedAt == null && (expiresAt == null || now.isBefore(expiresAt));
    }

    UUID uuid() {
        return UUID.fromString(id);
    }

    /** How it is shown; {@code plaintext} only when it has just been minted. */
    KeyView view(@Nullable String plaintext) {
        return new KeyView(
                uuid(),
                plaintext,
                new ProjectId(projectId),
                name,
                createdAt,
                expiresAt,
                revokedAt,
                prefix == null ? null : KeyService.PREFIX + prefix,
                lastUsedAt);
    }
}
