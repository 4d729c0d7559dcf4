package pond.common.ids;

import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a label of a run must be like to be found.
 *
 * @param key of the label
 * @param value the whole of its value, may be empty; null: any
 */
public record LabelMatch(String key, @Nullable String value) {
    /** Of a value, in UTF-16 units. */
    public static final int MAX_VALUE = 256;

    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._/-]{0,62}");

    public static boolean isKey(String text) {
        return KEY.matcher(text).matches();
    }

    /** Reads {@code KEY=VALUE}, or {@code KEY} alone; a key has no equals sign, so the first one ends it. */
    public static Optional<LabelMatch> parse(String text) {
        int sign = text.indexOf('=');
        String key = sign < 0 ? text : text.substring(0, sign);
        String value = sign < 0 ? null : text.substring(sign + 1);
        return isKey(key) && (value == null || value.length() <= MAX_VALUE)
                ? Optional.of(new LabelMatch(key, value))
                : Optional.empty();
    }
}
