package pond.common.protocol;

import pond.common.ids.JobId;

/**
 * A job and the proof that the caller holds its lease. {@code toString} leaves the token out.
 *
 * @param leaseToken random, made with the lease; a worker whose lease was lost has a token that is refused
 */
public record JobRef(JobId job, String leaseToken) {
    @Override
    public String toString() {
        return job.toString();
    }
}
