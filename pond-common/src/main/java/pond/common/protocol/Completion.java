package pond.common.protocol;

import java.util.List;
import pond.common.ids.ArtifactName;

/**
 * The end of a job.
 *
 * @param lastLog the number of its last log line, 0 when there was none
 * @param artifacts digests that were uploaded for it, with their names
 */
public record Completion(JobRef job, Outcome outcome, long lastLog, List<Produced> artifacts, Receipt receipt) {
    public Completion {
        artifacts = List.copyOf(artifacts);
    }

    /** An artifact of this job, uploaded before. */
    public record Produced(ArtifactName name, String sha256) {}
}
