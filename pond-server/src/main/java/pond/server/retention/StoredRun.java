package pond.server.retention;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import pond.common.ids.ProjectId;
import pond.common.ids.RunId;

/**
 * A run and what it takes.
 *
 * @param finishedAt null while it has not ended
 * @param held somebody is still to be told of its end, or a live re-run was made from it
 * @param hasLog false once the log was removed
 * @param hasArtifacts false once the artifacts were removed
 * @param logBytes roughly, 0 without a log
 * @param artifactBytes of all its artifacts, also of those whose bytes other runs have too
 */
record StoredRun(
        RunId id,
        ProjectId project,
        @Nullable Instant finishedAt,
        boolean held,
        boolean hasLog,
        boolean hasArtifacts,
        long logBytes,
        long artifactBytes) {

    /** With what is known of its log; a log that was removed may still have some bytes, which nobody sees. */
    StoredRun withLogBytes(long bytes) {
        return new StoredRun(id, project, finishedAt, held, hasLog, hasArtifacts, hasLog ? bytes : 0, artifactBytes);
    }

    boolean isRemovable() {
        return finishedAt != null && !held;
    }

    long bytes() {
        return logBytes + artifactBytes;
    }

    /** What the run is when that is gone. */
    StoredRun without(Removal removal) {
        return new StoredRun(
                id,
                project,
                finishedAt,
                held,
                hasLog && !removal.log(),
                hasArtifacts && !removal.artifacts(),
                removal.log() ? 0 : logBytes,
                removal.artifacts() ? 0 : artifactBytes);
    }
}
