package pond.server.retention;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How long what has ended is kept, counted from the end of its run; null: for ever. Pure.
 *
 * @param runs the whole run
 * @param logs at most as long as runs
 * @param artifacts at most as long as runs
 * @param projectMaxBytes what the logs and artifacts of one project may take; the oldest go first
 */
public record RetentionPolicy(
        @Nullable Duration runs,
        @Nullable Duration logs,
        @Nullable Duration artifacts,
        @Nullable Long projectMaxBytes) {

    /** Two years: what was paid last year is asked for in this one. */
    private static final Duration USAGE = Duration.ofDays(731);

    /** How long sums of model calls are kept, from their day on; at least as long as runs, and null: for ever. */
    @Nullable
    Duration usage() {
        return runs == null || runs.compareTo(USAGE) > 0 ? runs : USAGE;
    }

    /** What is to go of a run because of its age. */
    Removal byAge(StoredRun run, Instant now) {
        Instant end = run.finishedAt();
        if (end == null || run.held()) {
            return Removal.NOTHING;
        }
        if (isOver(runs, end, now)) {
            return Removal.RUN;
        }
        return Removal.of(run.hasLog() && isOver(logs, end, now), run.hasArtifacts() && isOver(artifacts, end, now));
    }

    /** What can go of a run to save space; its row stays. */
    static Removal bySize(StoredRun run) {
        return run.isRemovable() && run.bytes() > 0 ? Removal.of(run.hasLog(), run.hasArtifacts()) : Removal.NOTHING;
    }

    private static boolean isOver(@Nullable Duration kept, Instant end, Instant now) {
        return kept != null && end.plus(kept).isBefore(now);
    }
}
