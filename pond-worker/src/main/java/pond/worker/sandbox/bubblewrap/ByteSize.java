package pond.worker.sandbox.bubblewrap;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes as definitions write them: {@code 512m}, {@code 4G} or plain bytes. */
final class ByteSize {
    private static final Pattern FORM = Pattern.compile("([1-9][0-9]{0,14})([kKmMgG]?)");
    /** Four tebibytes: more than any stage is given, and far from an overflow. */
    private static final long MOST = 1L << 42;

    private ByteSize() {}

    /** The number of bytes; refuses what is no size, or is above four tebibytes. */
    static long parse(String name, String text) throws SandboxRefusedException {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw SandboxRefusedException.invalid(name + " must be a size like 512m or 4g, not '" + text + "'");
        }
        int shift = "kmg".indexOf(matcher.group(2).toLowerCase(Locale.ROOT));
        long factor = matcher.group(2).isEmpty() ? 1 : 1L << (10 * (shift + 1));
        long number = Long.parseLong(matcher.group(1));
        if (number > MOST / factor) {
            throw SandboxRefusedException.invalid(name + " is too large: '" + text + "'");
        }
        return number * factor;
    }

    /** In the largest unit that leaves no rest, such as {@code 512m}. */
    static String format(long bytes) {
        for (int unit = 3; unit > 0; unit--) {
            long factor = 1L << (10 * unit);
            if (bytes >= factor && bytes % factor == 0) {
                return bytes / factor + "kmg".substring(unit - 1, unit);
            }
        }
        return Long.toString(bytes);
    }
}
