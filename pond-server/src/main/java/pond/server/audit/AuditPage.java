package pond.server.audit;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Entries, newest first.
 *
 * @param next the cursor of the next page, null when this is the last
 */
public record AuditPage(List<AuditEntry> entries, @Nullable String next) {}
