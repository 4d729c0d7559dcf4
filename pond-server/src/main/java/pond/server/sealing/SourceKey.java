package pond.server.sealing;

import com.google.crypto.tink.subtle.AesGcmJce;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;

/**
 * Seals and opens with AES-256-GCM under the server's source key. What is sealed is bound to a context, such as the id of
 * the run that it belongs to, and opens under the same context only. Safe for use by several threads.
 */
public final class SourceKey {
    private final AesGcmJce cipher;

    /** Takes the 32 bytes of the key. */
    public SourceKey(byte[] key) {
        try {
            cipher = new AesGcmJce(key);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("the source key must have 32 bytes", e);
        }
    }

    /** Encrypts a text; every call gives another text, in base64. */
    public String seal(String text, String context) {
        try {
            byte[] sealed =
                    cipher.encrypt(text.getBytes(StandardCharsets.UTF_8), context.getBytes(StandardCharsets.UTF_8));
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
        byte[] text = cipher.decrypt(Base64.getDecoder().decode(sealed), context.getBytes(StandardCharsets.UTF_8));
        return new String(text, StandardCharsets.UTF_8);
    }
}
