package pond.common.protocol;

import org.jspecify.annotations.Nullable;

/**
 * What the worker did, for the record.
 *
 * @param profile the sandbox profile that was asked for or chosen, null where the kind has none
 * @param effective how it really ran: a profile's name, or {@code plain} for a plain subprocess
 * @param backend such as {@code bubblewrap}, null without a sandbox
 * @param outputBytes what the stage printed
 * @param outputLines lines of that
 * @param droppedLines lines past the log limit
 * @param survivors processes that were still there when the stage's own had ended
 */
public record Receipt(
        @Nullable String profile,
        @Nullable String effective,
        @Nullable String backend,
        long outputBytes,
        long outputLines,
        long droppedLines,
        int survivors) {

    /** For stages that start no process. */
    public static final Receipt NONE = new Receipt(null, null, null, 0, 0, 0, 0);
}
