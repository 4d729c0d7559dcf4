package pond.server.audit;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One change.
 *
 * @param id rises with time
 * @param actor who
 * @param action what, as a thing and a verb: {@code credential.set}
 * @param subject which one, such as its name
 */
public record AuditEntry(
        long id,
        Instant at,
        String actor,
        String action,
        String subject,
        @Nullable String requestId) {}
