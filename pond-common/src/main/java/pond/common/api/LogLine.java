package pond.common.api;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One line of a run's log.
 *
 * @param id grows by one from line to line of a run; the cursor of {@code since}
 * @param stage null for what is about the run as a whole
 */
public record LogLine(
        long id,
        Instant at,
        @Nullable String stage,
        @Nullable String substage,
        int attempt,
        LogStream stream,
        LogSource source,
        String line) {}
