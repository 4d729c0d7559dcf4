package pond.server.maintenance;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Maintenance as operators see it.
 *
 * @param since null, as {@code by} and {@code reason}, while it is off
 * @param by who began it
 * @param leased how many jobs are in the hands of workers still
 */
public record MaintenanceView(
        boolean enabled,
        @Nullable String reason,
        @Nullable Instant since,
        @Nullable String by,
        int leased) {}
