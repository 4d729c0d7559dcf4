package pond.server.runs;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import pond.common.json.Json;
import pond.server.errors.PondException;

/**
 * What makes a repeated submit one run.
 *
 * @param key the caller's, unique in its project
 * @param digest of the body, the same for bodies that differ only in white space and the order of their fields
 */
public record Idempotency(String key, String digest) {
    static final String HEADER = "Idempotency-Key";
    private static final int MAX_KEY = 255;

    /** The key in a header, which need not be there; refuses one that cannot be a key. */
    static Optional<String> key(@Nullable String header) {
        if (header != null && !isKey(header)) {
            throw PondException.invalid(HEADER, "must be 1 to 255 visible ASCII characters");
        }
        return Optional.ofNullable(header);
    }

    public static Idempotency of(String key, JsonNode body) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest(Json.canonical(body).getBytes(StandardCharsets.UTF_8));
            return new Idempotency(key, HexFormat.of().formatHex(digest));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Whether a header's value can be a key: 1 to 255 visible ASCII characters. */
    public static boolean isKey(String text) {
        return !text.isEmpty() && text.length() <= MAX_KEY && text.chars().allMatch(c -> c > ' ' && c < 0x7f);
    }
}
