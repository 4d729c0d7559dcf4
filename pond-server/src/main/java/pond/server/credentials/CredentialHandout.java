package pond.server.credentials;

import java.security.GeneralSecurityException;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pond.common.ids.JobId;
import pond.common.ids.ProjectId;
import pond.common.ids.WorkerId;
import pond.common.json.Json;
import pond.common.protocol.ProtocolException;
import pond.common.protocol.ProviderCredential;
import pond.common.protocol.Refusal;
import pond.common.protocol.SealedCredential;
import pond.common.swarm.ModelSpec;
import pond.server.audit.Actor;
import pond.server.audit.AuditLog;
import pond.server.db.Database;
import pond.server.sealing.WorkerSeal;

/**
 * Credentials on their way to workers. What leaves is sealed to the key of one worker, for one job, and every hand-out is
 * in the audit trail before it is answered. Safe to share.
 */
public final class CredentialHandout {
    private static final Logger log = LoggerFactory.getLogger(CredentialHandout.class);

    private final Database database;
    private final Credentials credentials;
    private final AuditLog audit;

    public CredentialHandout(Database database, Credentials credentials, AuditLog audit) {
        this.database = database;
        this.credentials = credentials;
        this.audit = audit;
    }

    /**
     * Who gets it, and what for.
     *
     * @param sealingKey that the worker told when it enrolled: X25519, 32 bytes in url-safe base64
     */
    public record Recipient(WorkerId worker, String sealingKey, JobId job, ProjectId project) {}

    /**
     * The credential that a model names: the project's own, else the organisation's.
     *
     * @throws ProtocolException {@link Refusal#CREDENTIAL_MISSING} when there is none of that name, when it is another
     *     provider's than the model, or when the server's source key does not open it; {@link Refusal#INVALID} when nothing
     *     can be sealed to the worker's key
     */
    public CompletableFuture<SealedCredential> handOut(ModelSpec model, Recipient to) {
        String name = model.credentialName();
        Credential found = credentials
                .find(name, to.project())
                .orElseThrow(() -> missing("there is no credential '" + name + "', which the model '" + model.key()
                        + "' names, for this project or for all"));
        if (!found.provider().equals(model.provider())) {
            throw missing("the credential '" + name + "' is for provider '" + found.provider() + "', and the model '"
                    + model.key() + "' is one of '" + model.provider() + "'");
        }
        SealedCredential sealed = sealed(opened(found, to), to);
        String subject = Credentials.subject(found.name(), found.project()) + ", for job " + to.job();
        return database.change(tx ->
                        audit.record(tx, new Actor("worker " + to.worker(), null), "credential.handed_out", subject))
                .thenApply(recorded -> sealed);
    }

    private ProviderCredential opened(Credential found, Recipient to) {
        try {
            return new ProviderCredential(found.provider(), found.env(), credentials.open(found, "job " + to.job()));
        } catch (GeneralSecurityException e) {
            log.error("credential {} was sealed under another source key; set it again", found.name(), e);
            throw missing("the credential '" + found.name() + "' does not open with the server's source key");
        }
    }

    private static SealedCredential sealed(ProviderCredential credential, Recipient to) {
        try {
            return new SealedCredential(
                    WorkerSeal.seal(Json.write(credential), to.sealingKey(), SealedCredential.context(to.job())));
        } catch (GeneralSecurityException e) {
            log.warn("nothing can be sealed to the key of worker {}; it must enrol with another", to.worker(), e);
            throw new ProtocolException(
                    Refusal.INVALID, "nothing can be sealed to the key that this worker told when it enrolled");
        }
    }

    private static ProtocolException missing(String message) {
        return new ProtocolException(Refusal.CREDENTIAL_MISSING, message);
    }
}
