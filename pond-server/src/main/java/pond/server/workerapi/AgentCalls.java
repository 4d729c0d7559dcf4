package pond.server.workerapi;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import pond.common.ids.WorkerId;
import pond.common.protocol.Attestation;
import pond.common.protocol.Completion;
import pond.common.protocol.JobRef;
import pond.common.protocol.ProtocolException;
import pond.common.protocol.Refusal;
import pond.common.protocol.SealedCredential;
import pond.common.protocol.UsageBatch;
import pond.common.swarm.ModelSpec;
import pond.common.swarm.RateCard;
import pond.server.credentials.CredentialHandout.Recipient;
import pond.server.db.Tx;
import pond.server.dispatch.EndCheck.Verdict;
import pond.server.dispatch.HeldJob;
import pond.server.enrollment.WorkerIdentity;
import pond.server.usage.UsageOrigin;
import pond.server.workers.Party;

/** The calls of one worker that only agents' jobs need. Refusals are thrown, or fail the future. */
final class AgentCalls {
    private final Rooms rooms;
    private final Party party;

    AgentCalls(Rooms rooms, Party party) {
        this.rooms = rooms;
        this.party = party;
    }

    /**
     * Records model calls, also of a job that has ended or was taken away: the money is spent, whoever may have the job now.
     * The token shows that this attachment had it.
     */
    CompletableFuture<Void> usage(WorkerId worker, UsageBatch batch) {
        HeldJob job = rooms.database()
                .read(tx -> rooms.jobDesk().findKnown(tx, worker, batch.job()))
                .orElseThrow(() -> new ProtocolException(Refusal.LEASE_LOST, "this worker never had that job"));
        UsageOrigin origin = new UsageOrigin(job.run(), job.stage(), job.substage(), job.attempt(), job.id());
        return rooms.database().change(tx -> {
            Optional<RateCard> rates = rooms.invocations()
                    .find(tx, job.run(), job.position())
                    .map(frozen -> frozen.model().rates());
            if (rooms.usage().record(tx, origin, rates, batch.records()) > 0) {
                rooms.workerDesk().usageRecorded(tx, job.run());
            }
        });
    }

    /** The credential that the job's model names, for this worker's eyes only. */
    CompletableFuture<SealedCredential> credential(WorkerId worker, JobRef ref) {
        Asked asked = rooms.database().read(tx -> {
            HeldJob job = rooms.jobDesk().require(tx, worker, ref);
            ModelSpec model = rooms.invocations()
                    .find(tx, job.run(), job.position())
                    .orElseThrow(() -> new ProtocolException(
                            Refusal.CREDENTIAL_MISSING, "job " + ref + " is no agent's, so it has no credential"))
                    .model();
            WorkerIdentity identity = identity(tx);
            return new Asked(model, new Recipient(identity.id(), identity.sealingKey(), job.id(), job.project()));
        });
        return rooms.handout().handOut(asked.model(), asked.to());
    }

    private WorkerIdentity identity(Tx tx) {
        return Optional.ofNullable(party.identity())
                .flatMap(id -> rooms.enrollment().find(tx, id))
                .orElseThrow(() -> new ProtocolException(
                        Refusal.INVALID,
                        "a worker inside the server has told no key, and secrets are sealed to keys of workers only"));
    }

    /** All that it takes to hand a credential out, as of one moment. */
    private record Asked(ModelSpec model, Recipient to) {}

    /** What the signature under a job's end is worth; that of another's job is missing. */
    Verdict look(WorkerId worker, Completion completion) {
        WorkerId identity = party.identity();
        Attestation attestation = completion.attestation();
        if (identity == null || attestation == null) {
            return identity == null ? Verdict.NONE : Verdict.MISSING;
        }
        return rooms.database()
                .read(tx -> rooms.jobDesk()
                        .findKnown(tx, worker, completion.job())
                        .map(job -> rooms.endCheck().look(tx, job, identity, completion, attestation))
                        .orElse(Verdict.MISSING));
    }
}
