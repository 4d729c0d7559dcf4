package pond.server.dispatch;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import pond.common.ids.JobId;
import pond.common.ids.WorkerId;
import pond.common.protocol.JobRef;
import pond.common.protocol.ProtocolException;
import pond.common.protocol.Refusal;
import pond.server.db.Tx;

/**
 * Who holds a job, and until when. A lease is proved by its token, of which only a digest is stored. Renewals are kept in
 * memory: whoever enforces deadlines asks here before it takes a job away, and after a restart every lease begins anew.
 * Safe for use by several threads.
 */
final class Leases {
    private static final int TOKEN_BYTES = 24;

    private final JobStore jobs;
    private final SecureRandom random = new SecureRandom();
    private final Map<JobId, Instant> renewedUntil = new ConcurrentHashMap<>();

    Leases(JobStore jobs) {
        this.jobs = jobs;
    }

    /** A new token: 192 random bits. */
    String newToken() {
        byte[] bytes = new byte[TOKEN_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    static String hash(String token) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** The job, when this worker holds its lease; refuses with {@link Refusal#LEASE_LOST} otherwise. */
    JobRow require(Tx tx, WorkerId worker, JobRef ref) {
        return findKnown(tx, worker, ref)
                .filter(job -> job.status() == JobRow.Status.LEASED)
                .orElseThrow(() -> over(ref));
    }

    private static ProtocolException over(JobRef ref) {
        return new ProtocolException(Refusal.LEASE_LOST, "the lease of job " + ref + " is over");
    }

    /**
     * Ends the job; empty when its holder has ended it before. Refuses with {@link Refusal#LEASE_LOST} when this worker does
     * not hold its lease, and the transaction must then fail.
     */
    Optional<JobRow> end(Tx tx, WorkerId worker, JobRef ref) {
        Optional<JobRow> ended = jobs.end(tx, ref.job(), worker);
        JobRow job = ended.filter(row -> proves(ref.leaseToken(), row))
                .or(() -> findKnown(tx, worker, ref))
                .orElseThrow(() -> new ProtocolException(Refusal.LEASE_LOST, "this worker does not hold that job"));
        if (job.status() != JobRow.Status.ENDED) {
            throw over(ref);
        }
        return ended;
    }

    /** The job, when this token was its lease's, whether or not it still is. */
    Optional<JobRow> findKnown(Tx tx, WorkerId worker, JobRef ref) {
        return jobs.find(tx, ref.job()).filter(job -> worker.equals(job.worker()) && proves(ref.leaseToken(), job));
    }

    static boolean proves(String token, JobRow job) {
        String expected = job.leaseHash();
        return expected != null
                && MessageDigest.isEqual(
                        hash(token).getBytes(StandardCharsets.US_ASCII), expected.getBytes(StandardCharsets.US_ASCII));
    }

    void renewed(JobId job, Instant until) {
        renewedUntil.put(job, until);
    }

    Optional<Instant> renewedUntil(JobId job) {
        return Optional.ofNullable(renewedUntil.get(job));
    }

    void ended(JobId job) {
        renewedUntil.remove(job);
    }

    /** Forgets renewals that have run out: they say no more than none does. */
    void forgetExpired(Instant now) {
        renewedUntil.values().removeIf(until -> until.isBefore(now));
    }
}
