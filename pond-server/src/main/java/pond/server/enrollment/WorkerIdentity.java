package pond.server.enrollment;

import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import pond.common.ids.WorkerId;

/**
 * A worker over all its restarts: a row of {@code worker_identities}.
 *
 * @param bearerSha256 of the bearer, which the worker has made: 64 lower-case hex digits
 * @param sealingKey X25519, 32 bytes in url-safe base64 without padding
 * @param signingKey Ed25519, likewise
 * @param tags granted by the code
 */
public record WorkerIdentity(
        WorkerId id,
        String name,
        String bearerSha256,
        String sealingKey,
        String signingKey,
        String fingerprint,
        Set<String> tags,
        UUID code,
        Instant enrolledAt,
        @Nullable Instant revokedAt) {
    public WorkerIdentity {
        tags = Set.copyOf(tags);
    }

    @Override
    public String toString() {
        return "WorkerIdentity[id=" + id + ", name=" + name + ", fingerprint=" + fingerprint + "]";
    }
}
