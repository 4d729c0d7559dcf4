package pond.worker.executors.builtin;

import java.util.regex.Pattern;

/** Values that stand for a credential in an example or a test. */
final class Placeholders {
    private static final Pattern MASKED = Pattern.compile("(?i)example|(.)\\1{5}");
    private static final Pattern EXAMPLE = Pattern.compile(
            "(?i)sample|dummy|change|placeholder|your[_-]|test|fake|^(?:pass(?:word|wd)?|pwd|secret|token|key)[0-9]{0,4}$");

    private Placeholders() {}

    /** For tokens, in which a short word may stand by chance: says that it is an example, or repeats a character. */
    static boolean isMasked(String value) {
        return MASKED.matcher(value).find();
    }

    /** For passwords that people write. */
    static boolean isExample(String value) {
        return isMasked(value) || EXAMPLE.matcher(value).find();
    }
}
