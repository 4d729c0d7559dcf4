package pond.common.protocol;

import java.util.List;

/**
 * {@link WorkerProtocol} over HTTP: where each call goes and what travels beside the records. Bodies are JSON, read
 * leniently on both sides, and may be compressed with gzip; bytes travel as they are.
 *
 * <p>The bearer says which worker calls; the worker has made it itself, and told its digest when it enrolled. Every call but {@link #ENROLL} and {@link #ATTACH} names its attachment in
 * {@link #ATTACHMENT}; calls whose body has no room for a {@link JobRef} name it in {@link #JOB} and {@link #LEASE}.
 *
 * <p>A refusal is a problem document with the member {@code refusal}, under {@link #status}. An answer of 401 or 403 is
 * {@link Refusal#UNAUTHORIZED}, one of 503 is {@link Refusal#BUSY}, also without it.
 *
 * <p><b>What may change.</b> Fields, calls and refusals may be added; both sides ignore what they do not know. Whatever
 * else must change gets a new {@link WorkerProtocol#VERSION}, and a server understands the version before its own.
 */
public final class WorkerHttp {
    /** What every worker's bearer begins with. */
    public static final String BEARER_PREFIX = "pond_wk_";

    /** POST, {@link Enroll} → {@link Enrolled}; the bearer is an enrolment code. */
    public static final String ENROLL = "/v1/worker/enroll";
    /** POST, {@link Attach} → {@link Attached}. */
    public static final String ATTACH = "/v1/worker/attach";
    /** POST, {@link LeaseRequest} → {@link Jobs}; waits. */
    public static final String LEASE_JOBS = "/v1/worker/lease";
    /** POST, {@link RenewRequest} → {@link Renewal}; waits. */
    public static final String RENEW = "/v1/worker/renew";
    /** POST, {@link LogBatch} → {@link Stored}, in lines. */
    public static final String LOGS = "/v1/worker/logs";
    /** POST, {@link Progress} → 204. */
    public static final String PROGRESS = "/v1/worker/progress";
    /** POST, {@link UsageBatch} → 204. */
    public static final String USAGE = "/v1/worker/usage";
    /** POST, {@link ArtifactUpload} → {@link Stored}, in bytes: from where an upload is to be sent. */
    public static final String UPLOADED = "/v1/worker/artifacts";
    /** PUT, followed by the artifact's name: bytes → 204, with {@link #SIZE}, {@link #SHA256} and {@link #OFFSET}. */
    public static final String ARTIFACTS = "/v1/worker/artifacts/";
    /** GET → {@link Inputs}. */
    public static final String INPUTS = "/v1/worker/inputs";
    /** GET, followed by a SHA-256 in hex → bytes. */
    public static final String INPUT = "/v1/worker/inputs/";
    /** GET → bytes. */
    public static final String BUNDLE = "/v1/worker/bundle";
    /** POST, {@link JobRef} → {@link SealedCredential}. */
    public static final String CREDENTIAL = "/v1/worker/credential";
    /** POST, {@link Completion} → 204. */
    public static final String COMPLETE = "/v1/worker/complete";
    /** POST without a body → 204. */
    public static final String DETACH = "/v1/worker/detach";

    /** The id from {@link Attached#worker}. */
    public static final String ATTACHMENT = "Pond-Attachment";
    /** A job's id. */
    public static final String JOB = "Pond-Job";
    /** That job's lease token. */
    public static final String LEASE = "Pond-Lease";
    /** An artifact's whole size in bytes. */
    public static final String SIZE = "Pond-Size";
    /** An artifact's SHA-256 in hex. */
    public static final String SHA256 = "Pond-Sha256";
    /** How many bytes of an artifact the server has already; those that follow come after them. */
    public static final String OFFSET = "Pond-Offset";

    private WorkerHttp() {}

    /** Jobs that were leased. */
    public record Jobs(List<Job> jobs) {
        public Jobs {
            jobs = List.copyOf(jobs);
        }
    }

    /** Artifacts that a job may read. */
    public record Inputs(List<InputArtifact> inputs) {
        public Inputs {
            inputs = List.copyOf(inputs);
        }
    }

    /** How much of a row of things has arrived, from its beginning and without a gap. */
    public record Stored(long upTo) {}

    /** The HTTP status that carries a refusal. */
    public static int status(Refusal refusal) {
        return switch (refusal) {
            case UNAUTHORIZED -> 403;
            case UNKNOWN_WORKER, REPLACED, LEASE_LOST, LOG_GAP, INCOMPLETE -> 409;
            case ARTIFACT_REFUSED, CREDENTIAL_MISSING, INVALID -> 422;
            case UPGRADE_NEEDED -> 426;
            case BUSY -> 503;
        };
    }
}
