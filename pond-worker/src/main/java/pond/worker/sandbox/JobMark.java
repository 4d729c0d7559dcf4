package pond.worker.sandbox;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * The text by which the processes of one command are recognised, wherever they moved in the process tree. It is no
 * secret. It is inherited through the environment variable {@link #VARIABLE} as {@code <worker mark>.<random>}.
 *
 * @param worker the mark of the worker: stable over its restarts, unique on its machine
 * @param random what tells this command from all others
 */
public record JobMark(String worker, String random) {
    /** Name of the variable that carries the mark. */
    public static final String VARIABLE = "POND_JOB_MARK";

    private static final Pattern PART = Pattern.compile("[A-Za-z0-9_-]{1,128}");
    private static final SecureRandom RANDOM = new SecureRandom();

    /** @throws IllegalArgumentException if a part holds anything but 1 to 128 letters, digits, {@code _} and {@code -} */
    public JobMark {
        requirePart(worker);
        requirePart(random);
    }

    /** A fresh mark for a command of this worker. */
    public static JobMark next(String worker) {
        byte[] bytes = new byte[12];
        RANDOM.nextBytes(bytes);
        return new JobMark(worker, HexFormat.of().formatHex(bytes));
    }

    /** The beginning of every mark of this worker, as it stands in a process environment. */
    static String entryPrefix(String worker) {
        requirePart(worker);
        return VARIABLE + "=" + worker + ".";
    }

    String entry() {
        return entryPrefix(worker) + random;
    }

    @Override
    public String toString() {
        return worker + "." + random;
    }

    private static void requirePart(String part) {
        if (!PART.matcher(part).matches()) {
            throw new IllegalArgumentException("a mark consists of letters, digits, '_' and '-'");
        }
    }
}
