package pond.server.sealing;

import com.google.crypto.tink.subtle.AesGcmJce;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * Seals and opens with AES-256-GCM under the server's source key. What is sealed is bound to a context, such as the id of
 * the run that it belongs to, and opens under the same context only. While the key is being changed there are two: the
 * first one seals, either opens. Safe for use by several threads.
 */
public final class SourceKey {
    /** The first one seals; each opens. */
    private final List<AesGcmJce> ciphers = new ArrayList<>();

    /** Takes the 32 bytes of the key, and of others that something may still be sealed with. */
    public SourceKey(byte[] key, byte[]... others) {
        ciphers.add(cipher(key));
        for (byte[] other : others) {
            ciphers.add(cipher(other));
        }
    }

    /** Encrypts a text; every call gives another text, in base64. */
    public String seal(String text, String context) {
        try {
            byte[] sealed = ciphers.get(0)
                    .encrypt(text.getBytes(StandardCharsets.UTF_8), context.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(sealed);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("sealing failed", e);
        }
    }

    /**
     * Decrypts what {@link #seal} made.
     *
     * @throws GeneralSecurityException when it was sealed under another key or context, or was changed
     */
    public String open(String sealed, String context) throws GeneralSecurityException {
        byte[] bytes = Base64.getDecoder().decode(sealed);
        byte[] bound = context.getBytes(StandardCharsets.UTF_8);
        GeneralSecurityException refused = new GeneralSecurityException("no key opens this");
        for (AesGcmJce cipher : ciphers) {
            try {
                return new String(cipher.decrypt(bytes, bound), StandardCharsets.UTF_8);
            } catch (GeneralSecurityException e) {
                refused.addSuppressed(e);
            }
        }
        throw refused;
    }

    /**
     * The same text, sealed anew under the key that seals.
     *
     * @throws GeneralSecurityException as {@link #open}
     */
    public String reseal(String sealed, String context) throws GeneralSecurityException {
        return seal(open(sealed, context), context);
    }

    private static AesGcmJce cipher(byte[] key) {
        try {
            return new AesGcmJce(key);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("the source key must have 32 bytes", e);
        }
    }
}
