package pond.server.artifacts;

import org.jspecify.annotations.Nullable;
import pond.common.ids.RunId;

/**
 * Whose artifacts: those of one stage, or of one of its substages.
 *
 * @param stagePosition of the stage in the definition; the later one's artifact is found first
 * @param substage null for what belongs to the stage as a whole
 */
public record Producer(
        RunId run,
        int stagePosition,
        String stage,
        @Nullable String substage) {}
