package pond.server.enrollment;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import pond.common.api.EnrollmentCodeView;

/**
 * A row of {@code enrollment_codes}.
 *
 * @param sha256 of the plaintext, 64 lower-case hex digits
 * @param tags without the one that the pool gives
 * @param fingerprint of the one machine that may use it, null for any
 */
record EnrollmentCode(
        UUID id,
        String sha256,
        List<String> tags,
        @Nullable String pool,
        @Nullable String fingerprint,
        int maxUses,
        int uses,
        Instant createdAt,
        Instant expiresAt) {
    EnrollmentCode {
        tags = List.copyOf(tags);
    }

    boolean isUsable(Instant now) {
        return now.isBefore(expiresAt);
    }

    boolean isUsedUp() {
        return uses >= maxUses;
    }

    boolean admits(String machine) {
        return fingerprint == null || fingerprint.equals(machine);
    }

    /** All tags that a worker has by this code. */
    List<String> granted() {
        List<String> granted = new ArrayList<>(tags);
        if (pool != null) {
            granted.add("pool:" + pool);
        }
        return granted.stream().distinct().sorted().toList();
    }

    /** How it is shown; {@code plaintext} only when it has just been made. */
    EnrollmentCodeView view(@Nullable String plaintext) {
        return new EnrollmentCodeView(id, plaintext, granted(), pool, fingerprint, maxUses, uses, createdAt, expiresAt);
    }
}
