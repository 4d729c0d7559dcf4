package pond.common.protocol;

import java.util.Set;
import pond.common.ids.JobId;

/**
 * The server's answer to a renewal.
 *
 * @param cancel jobs to end now, with the stage's grace, and to complete as cancelled
 * @param lost jobs whose lease is gone: kill them and say nothing more about them
 * @param drain take no new jobs
 */
public record Renewal(Set<JobId> cancel, Set<JobId> lost, boolean drain) {
    public Renewal {
        cancel = Set.copyOf(cancel);
        lost = Set.copyOf(lost);
    }
}
