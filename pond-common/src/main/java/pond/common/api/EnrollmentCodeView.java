package pond.common.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What lets machines enrol as workers. {@code toString} leaves the code out.
 *
 * @param code only in the answer that made it
 * @param tags what each worker is granted, its pool included
 * @param fingerprint of the one machine that may use it, null for any
 */
public record EnrollmentCodeView(
        UUID id,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String code,
        List<String> tags,
        @Nullable String pool,
        @Nullable String fingerprint,
        int maxUses,
        int uses,
        Instant createdAt,
        Instant expiresAt) {
    public EnrollmentCodeView {
        tags = List.copyOf(tags);
    }

    @Override
    public String toString() {
        return "EnrollmentCodeView[id=" + id + ", tags=" + tags + ", expiresAt=" + expiresAt + "]";
    }
}
