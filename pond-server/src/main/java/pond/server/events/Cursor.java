package pond.server.events;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How far somebody has read a run: the cursors of the two polling calls. As text, {@code 7-1203}, it is the id of an event.
 *
 * @param version of the run as last seen; 0 when not yet
 * @param line the id of the last log line seen; 0 for none
 */
record Cursor(long version, long line) {
    private static final Pattern TEXT = Pattern.compile("([0-9]{1,18})-([0-9]{1,18})");

    /** Empty when it is not the id of an event. */
    static Optional<Cursor> parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        return matcher.matches()
                ? Optional.of(new Cursor(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2))))
                : Optional.empty();
    }

    @Override
    public String toString() {
        return version + "-" + line;
    }
}
