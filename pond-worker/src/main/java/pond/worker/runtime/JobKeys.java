package pond.worker.runtime;

import java.security.GeneralSecurityException;
import pond.common.ids.JobId;
import pond.common.protocol.ProviderCredential;
import pond.common.protocol.SealedCredential;

/** What a worker's identity does for agents' jobs; its keys stay where they are. Both are called from several threads. */
public record JobKeys(Signer signer, Opener opener) {
    /** Signs how jobs ended. */
    public interface Signer {
        /** An Ed25519 signature, in url-safe base64 without padding. */
        String sign(byte[] bytes);
    }

    /** Opens the credentials of jobs. */
    public interface Opener {
        /**
         * Opens what was sealed for this job.
         *
         * @throws GeneralSecurityException when that is not possible; its message says nothing of what was sealed
         */
        ProviderCredential open(SealedCredential sealed, JobId job) throws GeneralSecurityException;
    }
}
