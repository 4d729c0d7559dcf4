package pond.common.protocol;

import org.jspecify.annotations.Nullable;

/** {@code done} of {@code total} steps, whatever a step is to the stage; total 0 when it is not known. */
public record Progress(
        JobRef job, long done, long total, @Nullable String message) {}
