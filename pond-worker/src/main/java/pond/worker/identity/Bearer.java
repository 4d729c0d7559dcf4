package pond.worker.identity;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Pattern;
import pond.common.protocol.SecretDigest;
import pond.common.protocol.WorkerHttp;

/**
 * What a worker shows with every call. It is made here and not by the server, so that no answer can carry it away; the
 * server knows its digest only. {@code toString} leaves it out.
 *
 * @param text {@link WorkerHttp#BEARER_PREFIX} and 32 bytes in url-safe base64 without padding
 */
public record Bearer(String text) {
    private static final int RANDOM_BYTES = 32;
    private static final Pattern FORM = Pattern.compile(WorkerHttp.BEARER_PREFIX + "[A-Za-z0-9_-]{43}");

    public Bearer {
        if (!FORM.matcher(text).matches()) {
            throw new IllegalArgumentException("not a worker's bearer");
        }
    }

    /** A new one, from the JDK's random numbers. */
    static Bearer generate() {
        byte[] bytes = new byte[RANDOM_BYTES];
        new SecureRandom().nextBytes(bytes);
        return new Bearer(WorkerHttp.BEARER_PREFIX
                + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    /** 64 lower-case hex digits: all that the server is told. */
    String sha256() {
        return SecretDigest.of(text);
    }

    @Override
    public String toString() {
        return "Bearer";
    }
}
