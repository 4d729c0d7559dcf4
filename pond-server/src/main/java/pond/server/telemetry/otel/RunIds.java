package pond.server.telemetry.otel;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import pond.common.ids.RunId;

/** The ids of a run's trace, made of the run's own: whoever knows a run can find its trace, and nothing is remembered. */
final class RunIds {
    private static final int SPAN_DIGITS = 16;

    private RunIds() {}

    /** The run's own id, 128 bits. */
    static String trace(RunId run) {
        return run.toString().replace("-", "");
    }

    /** Its second half; never all zeros, for the first bits of it are fixed in every UUID. */
    static String root(RunId run) {
        return trace(run).substring(SPAN_DIGITS);
    }

    static String stage(RunId run, int position) {
        byte[] name = (run + "/" + position).getBytes(StandardCharsets.UTF_8);
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(name);
            return HexFormat.of().formatHex(digest, 0, SPAN_DIGITS / 2);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
