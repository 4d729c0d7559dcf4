package pond.common.protocol;

import java.util.List;
import org.jspecify.annotations.Nullable;
import pond.common.ids.ArtifactName;

/**
 * The end of a job.
 *
 * @param lastLog the number of its last log line, 0 when there was none
 * @param artifacts digests that were uploaded for it, with their names
 * @param attestation of an agent's job; null for other kinds
 */
public record Completion(
        JobRef job,
        Outcome outcome,
        long lastLog,
        List<Produced> artifacts,
        Receipt receipt,
        @Nullable Attestation attestation) {
    public Completion {
        artifacts = List.copyOf(artifacts);
    }

    /** An artifact of this job, uploaded before. */
    public record Produced(ArtifactName name, String sha256) {}
}
