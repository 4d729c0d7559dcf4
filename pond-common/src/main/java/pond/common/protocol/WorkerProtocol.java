package pond.common.protocol;

import java.io.InputStream;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * What a worker says to its server. The server answers it as a service; a worker elsewhere has a client with the same
 * face. One object speaks for one worker: who that is was settled before (by its bearer, or by being in the process).
 *
 * <p><b>Order.</b> {@code attach} first; then {@code lease} and {@code renew} for as long as the worker lives; for each
 * job that came with a lease: inputs and bundle, {@code logs}, {@code progress}, {@code usage}, {@code putArtifact} in any
 * number and order, and {@code complete} last; {@code detach} at the end.
 *
 * <p><b>Repeats.</b> Every call may be repeated after an answer was lost: the effect is that of one call. Only
 * {@code lease} may leave a job behind that the caller never saw; its lease runs out and the job is handed on.
 *
 * <p><b>Errors.</b> A returned future fails with {@link ProtocolException} when the server refuses; see {@link Refusal} for
 * what a worker does then. Any other failure means that nobody knows whether the call took effect: repeat it.
 *
 * <p><b>Threads.</b> Every method may be called from any thread at any time; none blocks on the network or on a disk of
 * the other side, save reading the streams that it hands out or takes.
 */
public interface WorkerProtocol {
    /** The version that this side speaks; the server names the lowest that it understands when it refuses. */
    int VERSION = 1;

    /** The lowest version of a worker that this server understands: the one before its own, so that servers go first. */
    int LOWEST_VERSION = Math.max(1, VERSION - 1);

    /** Whether this server serves workers of a version. */
    static boolean isServed(int version) {
        return isServed(VERSION, version);
    }

    /** The rule behind it: a server serves its own version and the one before. */
    static boolean isServed(int server, int worker) {
        return worker == server || (worker == server - 1 && worker >= 1);
    }

    /** Makes the worker known as capacity, or tells what has changed about it. */
    CompletableFuture<Attached> attach(Attach attach);

    /**
     * Asks for at most as many jobs as the worker can start now. Waits on the server until there is one or until
     * {@code maxWait} is over; an empty list means: ask again. The lease of a job counts from the sending of the call plus
     * {@link Job#leasedAfter}: on the server it began then or later.
     */
    CompletableFuture<List<Job>> lease(LeaseRequest request);

    /**
     * Prolongs the leases of the jobs that the worker holds and waits for orders: it answers at once when an order
     * differs from what the request shows as known, else when {@code maxWait} is over.
     */
    CompletableFuture<Renewal> renew(RenewRequest request);

    /** Appends numbered lines to the job's log; the answer is the highest number stored, all before it included. */
    CompletableFuture<Long> logs(LogBatch batch);

    /** Tells how far a stage has come. The last one wins; a lost one does no harm. */
    CompletableFuture<Void> progress(Progress progress);

    /**
     * The credential that the model of an agent's job names, sealed to the key that this worker told when it enrolled; it
     * may be asked for again. Refused with {@link Refusal#CREDENTIAL_MISSING} when there is none of that name.
     */
    CompletableFuture<SealedCredential> credential(JobRef job);

    /**
     * Records model calls; a record with an id that is known already is stored once. Taken under the attachment that had the
     * job also after the job has ended or was taken away: what was spent is spent.
     */
    CompletableFuture<Void> usage(UsageBatch batch);

    /**
     * How many bytes of an artifact the server has from an earlier try, to be sent from there on. All of them, when it
     * knows the digest already: then there is nothing to send, and the artifact counts as uploaded.
     */
    CompletableFuture<Long> uploaded(ArtifactUpload upload);

    /**
     * Stores an artifact's bytes. It becomes visible with the job's accepted {@code complete}. The stream is closed. A
     * break leaves the bytes that have arrived for the next try.
     *
     * @param offset how many bytes are left out, as {@link #uploaded} has said
     * @param bytes the rest, to the end
     */
    CompletableFuture<Void> putArtifact(ArtifactUpload upload, long offset, InputStream bytes);

    /** The artifacts of earlier stages that this job may read. */
    CompletableFuture<List<InputArtifact>> inputs(JobRef job);

    /** The bytes of one of {@link #inputs}, by digest; the caller closes the stream. */
    CompletableFuture<InputStream> input(JobRef job, String sha256);

    /** The job's bundle, a tar whose digest the job names; the caller checks that digest and closes the stream. */
    CompletableFuture<InputStream> bundle(JobRef job);

    /**
     * Ends the job. Accepted only when every log line up to {@code lastLog}, every named artifact, and every model call of
     * the attestation has arrived.
     */
    CompletableFuture<Void> complete(Completion completion);

    /** Ends the attachment: what the worker still holds is lost at once. */
    CompletableFuture<Void> detach();
}
