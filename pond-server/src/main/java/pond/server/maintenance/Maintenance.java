package pond.server.maintenance;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A time in which no jobs are handed out.
 *
 * @param reason as its operator gave it, for all who wait; null for none
 * @param actor who began it, as the audit trail names them
 */
public record Maintenance(@Nullable String reason, Instant since, String actor) {
    /** For whoever waits because of it. */
    public String message() {
        return "the server is in maintenance and hands nothing out" + (reason == null ? "" : ": " + reason);
    }
}
