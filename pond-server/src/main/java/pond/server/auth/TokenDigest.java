package pond.server.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import pond.common.protocol.SecretDigest;

/** SHA-256 of tokens. They have 256 random bits, so a slow hash would protect nothing more. */
public final class TokenDigest {
    private TokenDigest() {}

    /** 64 lower-case hex digits. */
    public static String of(String token) {
        return SecretDigest.of(token);
    }

    /** Compares in a time that does not depend on where the two differ. */
    static boolean same(String one, String other) {
        return MessageDigest.isEqual(
                one.getBytes(StandardCharsets.US_ASCII), other.getBytes(StandardCharsets.US_ASCII));
    }
}
