package pond.common.protocol;

import java.nio.charset.StandardCharsets;
import pond.common.ids.JobId;

/**
 * The JSON of a {@link ProviderCredential} that one worker alone can open, for one job: sealed by HPKE (RFC 9180, base
 * mode; DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM) to the X25519 key that the worker told when it enrolled.
 *
 * @param sealed the encapsulated key followed by the ciphertext, in base64url without padding
 */
public record SealedCredential(String sealed) {
    /** HPKE's {@code info}: what was sealed for one job cannot be opened as another's. */
    public static byte[] context(JobId job) {
        return ("pond credential 1 " + job).getBytes(StandardCharsets.UTF_8);
    }
}
