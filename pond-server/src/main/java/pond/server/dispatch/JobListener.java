package pond.server.dispatch;

import java.time.Duration;
import java.util.Locale;
import pond.common.definition.ExecutorKind;
import pond.common.ids.JobId;
import pond.common.protocol.Receipt;

/** Who is told of what happens to jobs, on the writer's thread and after the commit; it must be quick. */
public interface JobListener {
    /** For those who are not there. */
    JobListener NONE = new JobListener() {
        @Override
        public void leased(JobId job, ExecutorKind kind, Duration waited) {}

        @Override
        public void lost(JobId job, Loss why) {}

        @Override
        public void ended(JobId job, Receipt receipt) {}
    };

    /** Why a job was taken from its worker. */
    enum Loss {
        LEASE_EXPIRED,
        /** The attachment has ended: detached, lost, replaced or revoked. */
        WORKER_ENDED;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * A worker was given a job.
     *
     * @param waited since it was queued, or since it was last seen that somebody, or nobody, can serve it
     */
    void leased(JobId job, ExecutorKind kind, Duration waited);

    void lost(JobId job, Loss why);

    /** A worker's word on the end of a job was accepted. */
    void ended(JobId job, Receipt receipt);
}
