package pond.worker.runtime;

import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import pond.common.api.Failure;
import pond.common.protocol.Job;
import pond.common.protocol.Outcome;

/**
 * A job's two lines in the worker's own log: one when it starts, one when it has ended. Whatever the job's thread logs
 * between them carries {@code run}, {@code stage}, {@code job}, {@code attempt} and {@code worker} in the MDC. For that
 * one thread.
 */
final class JobLines implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JobLines.class);
    private static final String RUN = "run";
    private static final String STAGE = "stage";
    private static final String JOB = "job";
    private static final String ATTEMPT = "attempt";
    private static final String WORKER = "worker";

    private final Job job;
    private final LongSupplier nanos;
    private final long began;

    private JobLines(Job job, LongSupplier nanos) {
        this.job = job;
        this.nanos = nanos;
        this.began = nanos.getAsLong();
    }

    /** Says that the job starts. */
    static JobLines begin(Job job, String worker, LongSupplier nanos) {
        MDC.put(RUN, job.run().toString());
        MDC.put(STAGE, job.stage());
        MDC.put(JOB, job.id().toString());
        MDC.put(ATTEMPT, Integer.toString(job.attempt()));
        MDC.put(WORKER, worker);
        JobLines lines = new JobLines(job, nanos);
        LOG.info("{} started", lines.what());
        return lines;
    }

    /** Says how it has ended, which the server has accepted. */
    void ended(Outcome outcome) {
        Failure error = outcome.error();
        String code = error == null ? "" : " (" + error.code() + ")";
        LOG.info("{} {}{} in {}", what(), outcome.result(), code, took());
    }

    /** Says that nothing was reported of its end. */
    void lost(String why) {
        LOG.info("{} lost after {}: {}", what(), took(), why);
    }

    @Override
    public void close() {
        MDC.remove(RUN);
        MDC.remove(STAGE);
        MDC.remove(JOB);
        MDC.remove(ATTEMPT);
        MDC.remove(WORKER);
    }

    private String what() {
        String substage = job.substage() == null ? "" : " substage '" + job.substage() + "'";
        return "job " + job.id() + ": run " + job.run() + " stage '" + job.stage() + "'" + substage + " attempt "
                + job.attempt();
    }

    private String took() {
        long tenths = Math.round((nanos.getAsLong() - began) / 1e8);
        return tenths / 10 + "." + tenths % 10 + " s";
    }
}
