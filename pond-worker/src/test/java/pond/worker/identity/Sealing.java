package pond.worker.identity;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.hpke.HPKE;
import org.bouncycastle.crypto.hpke.HPKEContextWithEncapsulation;
import pond.common.ids.JobId;
import pond.common.json.Json;
import pond.common.protocol.ProviderCredential;
import pond.common.protocol.SealedCredential;

/** The server's side of a sealed credential, by another library than the worker's. */
public final class Sealing {
    private Sealing() {}

    /**
     * Seals it for one job of the worker with this key.
     *
     * @param publicKey as a worker tells it: 32 bytes in url-safe base64
     */
    public static SealedCredential seal(ProviderCredential credential, String publicKey, JobId job)
            throws InvalidCipherTextException {
        return seal(Json.write(credential), publicKey, SealedCredential.context(job));
    }

    static SealedCredential seal(String text, String publicKey, byte[] info) throws InvalidCipherTextException {
        HPKE hpke = new HPKE(HPKE.mode_base, HPKE.kem_X25519_SHA256, HPKE.kdf_HKDF_SHA256, HPKE.aead_AES_GCM256);
        HPKEContextWithEncapsulation sender =
                hpke.setupBaseS(hpke.deserializePublicKey(Base64.getUrlDecoder().decode(publicKey)), info);
        byte[] key = sender.getEncapsulation();
        byte[] box = sender.seal(new byte[0], text.getBytes(StandardCharsets.UTF_8));
        byte[] both = new byte[key.length + box.length];
        System.arraycopy(key, 0, both, 0, key.length);
        System.arraycopy(box, 0, both, key.length, box.length);
        return new SealedCredential(Base64.getUrlEncoder().withoutPadding().encodeToString(both));
    }
}
