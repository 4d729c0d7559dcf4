package pond.common.protocol;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.util.Base64;

/**
 * Shows that an enrolment comes from the holder of its signing key. Public keys are no secret: without the proof, whoever
 * has a code and knows another machine's keys could put a bearer of his own in that machine's place.
 *
 * <p>The proof is an Ed25519 signature in url-safe base64 over this text in US-ASCII, its lines parted by one line feed and
 * none at the end:
 *
 * <pre>
 * pond enroll 1
 * SHA-256 of the enrolment code, 64 lower-case hex digits
 * bearerSha256
 * sealingKey
 * signingKey
 * </pre>
 *
 * <p>The last three are as {@link Enroll} has them. The code is in it so that a proof seen once is of no use with another
 * code; the first line, so that nothing else that the key signs can be taken for one.
 */
public final class EnrollProof {
    private static final String PURPOSE = "pond enroll 1";
    private static final String ALGORITHM = "Ed25519";

    private EnrollProof() {}

    /**
     * The proof for an enrolment.
     *
     * @param code the code itself, as it is sent
     * @throws GeneralSecurityException when the key is not one of Ed25519
     */
    public static String sign(PrivateKey key, String code, String bearerSha256, String sealingKey, String signingKey)
            throws GeneralSecurityException {
        Signature signature = Signature.getInstance(ALGORITHM);
        signature.initSign(key);
        signature.update(message(SecretDigest.of(code), bearerSha256, sealingKey, signingKey));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign());
    }

    /** Whether the proof of {@code enroll} is its signing key's, for this code; false also when key or proof are none. */
    public static boolean verify(String codeSha256, Enroll enroll) {
        try {
            Base64.Decoder base64 = Base64.getUrlDecoder();
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initVerify(RawKeys.ed25519Public(base64.decode(enroll.signingKey())));
            signature.update(message(codeSha256, enroll.bearerSha256(), enroll.sealingKey(), enroll.signingKey()));
            return signature.verify(base64.decode(enroll.proof()));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return false;
        }
    }

    private static byte[] message(String codeSha256, String bearerSha256, String sealingKey, String signingKey) {
        return String.join("\n", PURPOSE, codeSha256, bearerSha256, sealingKey, signingKey)
                .getBytes(StandardCharsets.US_ASCII);
    }
}
