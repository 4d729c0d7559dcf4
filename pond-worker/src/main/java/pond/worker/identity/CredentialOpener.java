package pond.worker.identity;

import com.google.crypto.tink.AccessesPartialKey;
import com.google.crypto.tink.HybridDecrypt;
import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.LowLevelCryptoCaller;
import com.google.crypto.tink.hybrid.HpkeParameters;
import com.google.crypto.tink.hybrid.HpkePrivateKey;
import com.google.crypto.tink.hybrid.HpkePublicKey;
import com.google.crypto.tink.hybrid.subtle.HpkeDecrypt;
import com.google.crypto.tink.util.Bytes;
import com.google.crypto.tink.util.SecretBytes;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import pond.common.ids.JobId;
import pond.common.json.Json;
import pond.common.protocol.ProviderCredential;
import pond.common.protocol.SealedCredential;

/**
 * The receiver's side of {@link SealedCredential}. Whatever is wrong with one, nothing of what was sealed is in the
 * complaint.
 */
final class CredentialOpener {
    private final HybridDecrypt opener;

    /**
     * Takes the two halves of an X25519 pair, 32 bytes each; fails when they do not belong together. There is one key and
     * its bytes are in a file of ours: a set of keys, as the library would rather have it, has no use here.
     */
    @AccessesPartialKey
    @LowLevelCryptoCaller
    CredentialOpener(byte[] publicKey, byte[] privateKey) throws GeneralSecurityException {
        HpkeParameters parameters = HpkeParameters.builder()
                .setKemId(HpkeParameters.KemId.DHKEM_X25519_HKDF_SHA256)
                .setKdfId(HpkeParameters.KdfId.HKDF_SHA256)
                .setAeadId(HpkeParameters.AeadId.AES_256_GCM)
                .setVariant(HpkeParameters.Variant.NO_PREFIX)
                .build();
        opener = HpkeDecrypt.create(HpkePrivateKey.create(
                HpkePublicKey.create(parameters, Bytes.copyFrom(publicKey), null),
                SecretBytes.copyFrom(privateKey, InsecureSecretKeyAccess.get())));
    }

    ProviderCredential open(SealedCredential sealed, JobId job) throws GeneralSecurityException {
        byte[] clear;
        try {
            clear = opener.decrypt(Base64.getUrlDecoder().decode(sealed.sealed()), SealedCredential.context(job));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new GeneralSecurityException(
                    "it was sealed to another key or for another job, or was damaged on its way", e);
        }
        try {
            return parsed(clear);
        } finally {
            Arrays.fill(clear, (byte) 0);
        }
    }

    private static ProviderCredential parsed(byte[] clear) throws GeneralSecurityException {
        try {
            ProviderCredential credential = Json.lenient().readValue(clear, ProviderCredential.class);
            if (isWhole(credential)) {
                return credential;
            }
        } catch (IOException e) {
            // Not told as the cause: a parser quotes what it could not read.
            throw new GeneralSecurityException("what was sealed is not a credential");
        }
        throw new GeneralSecurityException("what was sealed is not a whole credential");
    }

    /** What came as JSON may lack anything. */
    private static boolean isWhole(ProviderCredential credential) {
        return credential != null
                && credential.provider() != null
                && !credential.env().containsValue(null)
                && !credential.secrets().containsValue(null);
    }
}
