package pond.server.logs;

import org.jspecify.annotations.Nullable;
import pond.common.api.LogSource;
import pond.common.ids.RunId;

/**
 * Where lines come from; all lines of a batch share it.
 *
 * @param stage null for what is about the run as a whole
 * @param attempt 0 for what belongs to no attempt
 */
public record LogOrigin(
        RunId run, @Nullable String stage, @Nullable String substage, int attempt, LogSource source) {}
