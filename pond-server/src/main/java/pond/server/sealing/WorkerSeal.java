package pond.server.sealing;

import com.google.crypto.tink.AccessesPartialKey;
import com.google.crypto.tink.HybridEncrypt;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.hybrid.HpkeParameters;
import com.google.crypto.tink.hybrid.HpkePublicKey;
import com.google.crypto.tink.hybrid.HybridConfig2026;
import com.google.crypto.tink.util.Bytes;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;

/**
 * Seals for the holder of one X25519 key, who alone can open it: HPKE (RFC 9180) in its base mode. This server cannot open
 * what it has sealed so. A pure function.
 */
public final class WorkerSeal {
    private WorkerSeal() {}

    /**
     * The encapsulated key and the ciphertext after it, in url-safe base64 without padding; another text with every call.
     *
     * @param publicKey 32 bytes in url-safe base64
     * @param context HPKE's {@code info}: it opens under the same context only
     * @throws GeneralSecurityException when nothing can be sealed to the key, such as one that is no point of the curve's
     *     large group
     */
    @AccessesPartialKey
    public static String seal(String text, String publicKey, byte[] context) throws GeneralSecurityException {
        HpkePublicKey key = HpkePublicKey.create(
                parameters(), Bytes.copyFrom(Base64.getUrlDecoder().decode(publicKey)), null);
        byte[] sealed = KeysetHandle.newBuilder()
                .addEntry(KeysetHandle.importKey(key).withRandomId().makePrimary())
                .build()
                .getPrimitive(HybridConfig2026.get(), HybridEncrypt.class)
                .encrypt(text.getBytes(StandardCharsets.UTF_8), context);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(sealed);
    }

    private static HpkeParameters parameters() throws GeneralSecurityException {
        return HpkeParameters.builder()
                .setKemId(HpkeParameters.KemId.DHKEM_X25519_HKDF_SHA256)
                .setKdfId(HpkeParameters.KdfId.HKDF_SHA256)
                .setAeadId(HpkeParameters.AeadId.AES_256_GCM)
                .setVariant(HpkeParameters.Variant.NO_PREFIX)
                .build();
    }
}
