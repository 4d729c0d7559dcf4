package pond.server.artifacts;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which bytes of a file a {@code Range} header asks for (RFC 9110, section 14). Pure.
 *
 * @param first the first byte's offset
 * @param length in bytes; 0 when nothing of the file is in the range
 */
record ByteRange(long first, long length) {
    private static final Pattern SINGLE = Pattern.compile("(?i:bytes)=[ \t]*(\\d*)-(\\d*)[ \t]*");

    /**
     * Reads a header for a file of {@code size} bytes. Empty means that the header is to be ignored: it is not of the form
     * {@code bytes=a-b}, {@code bytes=a-} or {@code bytes=-n}, or asks for several ranges, which a server need not serve.
     */
    static Optional<ByteRange> parse(String header, long size) {
        Matcher matcher = SINGLE.matcher(header);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String from = matcher.group(1);
        String to = matcher.group(2);
        if (from.isEmpty()) {
            return to.isEmpty() ? Optional.empty() : Optional.of(suffix(number(to), size));
        }
        long first = number(from);
        long last = to.isEmpty() ? Long.MAX_VALUE : number(to);
        if (last < first) {
            return Optional.empty();
        }
        return Optional.of(first >= size ? none() : new ByteRange(first, Math.min(last, size - 1) - first + 1));
    }

    boolean satisfiable() {
        return length > 0;
    }

    long last() {
        return first + length - 1;
    }

    private static ByteRange suffix(long wanted, long size) {
        long length = Math.min(wanted, size);
        return length == 0 ? none() : new ByteRange(size - length, length);
    }

    private static ByteRange none() {
        return new ByteRange(0, 0);
    }

    /** Numbers beyond any file size all mean the same. */
    private static long number(String digits) {
        String significant = digits.replaceFirst("^0+(?=.)", "");
        return significant.length() > 18 ? Long.MAX_VALUE : Long.parseLong(significant);
    }
}
