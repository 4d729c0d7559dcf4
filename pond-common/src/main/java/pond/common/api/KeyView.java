package pond.common.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import pond.common.ids.ProjectId;

/**
 * A project key. {@code toString} leaves the plaintext out.
 *
 * @param key the plaintext; only in the answer that minted it
 * @param prefix how the plaintext begins, to tell keys apart by; null for keys older than this field
 * @param lastUsedAt to the minute; null when it has not been used
 */
public record KeyView(
        UUID id,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String key,
        ProjectId projectId,
        @Nullable String name,
        Instant createdAt,
        @Nullable Instant expiresAt,
        @Nullable Instant revokedAt,
        @Nullable String prefix,
        @Nullable Instant lastUsedAt) {
    @Override
    public String toString() {
        return "KeyView[id=" + id + ", projectId=" + projectId + ", name=" + name + "]";
    }
}
