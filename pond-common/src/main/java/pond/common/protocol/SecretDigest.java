package pond.common.protocol;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** What stands for a code or bearer where the secret itself must not. They are random, so a slow hash adds nothing. */
public final class SecretDigest {
    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

    private SecretDigest() {}

    /** SHA-256 of the text in UTF-8: 64 lower-case hex digits. */
    public static String of(String secret) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(sha256.digest(secret.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Whether a text looks like one. */
    public static boolean isDigest(String text) {
        return DIGEST.matcher(text).matches();
    }
}
