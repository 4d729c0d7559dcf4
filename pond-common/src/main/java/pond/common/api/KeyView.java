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
 */
public record KeyView(
        UUID id,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String key,
        ProjectId projectId,
        @Nullable String name,
        Instant createdAt,
        @Nullable Instant expiresAt,
        @Nullable Instant revokedAt) {
    @Override
    public String toString() {
        return "KeyView[id=" + id + ", projectId=" + projectId + ", name=" + name + "]";
    }
}
