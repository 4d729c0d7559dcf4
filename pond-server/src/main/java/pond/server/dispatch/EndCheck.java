package pond.server.dispatch;

import java.util.List;
import pond.common.api.Failure;
import pond.common.definition.ExecutorKind;
import pond.common.ids.WorkerId;
import pond.common.protocol.Attestation;
import pond.common.protocol.AttestedEnd;
import pond.common.protocol.Completion;
import pond.common.protocol.Outcome;
import pond.common.protocol.Outcome.Result;
import pond.common.protocol.ProtocolException;
import pond.common.protocol.Refusal;
import pond.server.db.Tx;
import pond.server.swarm.Attestations;

/**
 * What a worker's word about the end of an agent's job counts for: nothing succeeds, and nothing is published, without its
 * signature. Ends that the server sets itself, such as of lost jobs, have none. Holds no state; safe to share.
 */
public final class EndCheck {
    private final Attestations attestations;

    public EndCheck(Attestations attestations) {
        this.attestations = attestations;
    }

    /** What a worker's signature is worth. */
    public enum Verdict {
        /** Nothing is expected of a worker inside the server: it has no key. */
        NONE,
        MISSING,
        INVALID,
        SIGNED
    }

    /**
     * Looks at a signature. What it is about stays as it is while the job lives, so this needs no transaction that writes,
     * which it would hold up.
     *
     * @param identity of the worker that had the job
     */
    public Verdict look(Tx tx, HeldJob job, WorkerId identity, Completion completion, Attestation attestation) {
        AttestedEnd end = new AttestedEnd(
                job.run(),
                job.stage(),
                job.substage(),
                job.attempt(),
                job.id(),
                completion.outcome(),
                completion.artifacts(),
                attestation.usage());
        return attestations.isSigned(tx, identity, end, attestation.signature()) ? Verdict.SIGNED : Verdict.INVALID;
    }

    /**
     * The end as it counts, and notes that it was verified if it was.
     *
     * @throws ProtocolException {@link Refusal#INCOMPLETE} when records of model calls have not all arrived
     */
    Completion judge(Tx tx, JobRow job, ExecutorKind kind, Verdict verdict, Completion completion) {
        if (kind != ExecutorKind.SWARM) {
            return completion;
        }
        return switch (verdict) {
            case NONE -> completion;
            case MISSING ->
                refused(completion, "attestation_missing", "the worker has not signed how its agent's job ended");
            case INVALID ->
                refused(
                        completion,
                        "attestation_invalid",
                        "the signature under how the agent's job ended is not that of the worker's key");
            case SIGNED -> tallied(tx, job, completion);
        };
    }

    private Completion tallied(Tx tx, JobRow job, Completion completion) {
        Attestation attestation = completion.attestation();
        if (attestation == null) {
            throw new IllegalStateException("what is signed has a signature");
        }
        return switch (attestations.tally(tx, job.id(), attestation.usage())) {
            case SAME -> {
                attestations.verified(tx, job.run(), job.position(), job.substage());
                yield completion;
            }
            case NOT_ALL_HERE ->
                throw new ProtocolException(
                        Refusal.INCOMPLETE,
                        "of " + attestation.usage().calls() + " model calls not all records have arrived");
            case DIFFERENT ->
                refused(
                        completion,
                        "attestation_invalid",
                        "the worker has signed for other model calls than those that it reported");
        };
    }

    /** The run goes on as after any failure; what the worker said stays in the message. A cancel is the server's own wish. */
    private static Completion refused(Completion completion, String code, String message) {
        Outcome said = completion.outcome();
        Failure error = said.error();
        Outcome outcome = said.result() == Result.CANCELLED
                ? said
                : new Outcome(
                        Result.FAILED,
                        said.exitCode(),
                        new Failure(
                                code,
                                message + "; it said: " + said.result()
                                        + (error == null ? "" : ", " + error.code() + ": " + error.message())),
                        said.killConfirmed());
        return new Completion(
                completion.job(),
                outcome,
                completion.lastLog(),
                List.of(),
                completion.receipt(),
                completion.attestation());
    }
}
