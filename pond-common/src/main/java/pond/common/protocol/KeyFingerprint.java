package pond.common.protocol;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** A short text for a worker's two public keys, which people can compare. */
public final class KeyFingerprint {
    private static final int KEY_BYTES = 32;

    private KeyFingerprint() {}

    /**
     * {@code SHA256:} and the url-safe base64 of the SHA-256 over both keys, the sealing key first.
     *
     * @throws IllegalArgumentException when one of them is not 32 bytes in url-safe base64
     */
    public static String of(String sealingKey, String signingKey) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(decode(sealingKey));
            digest.update(decode(signingKey));
            return "SHA256:" + Base64.getUrlEncoder().withoutPadding().encodeToString(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static byte[] decode(String key) {
        byte[] bytes = Base64.getUrlDecoder().decode(key);
        if (bytes.length != KEY_BYTES) {
            throw new IllegalArgumentException("a public key has " + KEY_BYTES + " bytes");
        }
        return bytes;
    }
}
