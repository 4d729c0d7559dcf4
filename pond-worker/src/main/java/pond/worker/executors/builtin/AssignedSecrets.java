package pond.worker.executors.builtin;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Quoted values that are assigned to something named like a credential and that look random. Names alone would report
 * every form field and every test; so the value must be long, of letters and digits without a space, of at least 3.5 bits
 * a character by Shannon's measure, and no placeholder.
 */
final class AssignedSecrets {
    static final SecretRule RULE = new SecretRule(
            "assigned-secret",
            "",
            Pattern.compile("(?i)(?:secret|passw(?:or)?d|token|api_?-?key|access_?-?key|private_?-?key|credential)"
                    + "[a-z0-9_.-]{0,30}+[\"']?+\\s{0,8}+(?::=|=>|=|:)\\s{0,8}+[\"']([a-z0-9+/_=.~-]{20,200}+)[\"']"),
            0,
            AssignedSecrets::looksRandom);

    private static final double MIN_BITS = 3.5;

    private AssignedSecrets() {}

    /** Assignments of quoted values only, and cheap to tell. */
    static boolean mayMatch(String line) {
        return (line.indexOf('"') >= 0 || line.indexOf('\'') >= 0)
                && (line.indexOf('=') >= 0 || line.indexOf(':') >= 0);
    }

    private static boolean looksRandom(String value) {
        return value.chars().anyMatch(Character::isDigit)
                && value.chars().anyMatch(Character::isLetter)
                && !isPath(value)
                && !Placeholders.isExample(value)
                && bitsPerCharacter(value) >= MIN_BITS;
    }

    /** Names of packages, files and message keys: words in lower case with dots, slashes or hyphens between. */
    private static boolean isPath(String value) {
        return value.equals(value.toLowerCase(Locale.ROOT)) && value.split("[./_-]", -1).length > 3;
    }

    private static double bitsPerCharacter(String value) {
        int[] counts = new int[128];
        value.chars().forEach(c -> counts[c & 0x7f]++);
        double bits = 0;
        for (int count : counts) {
            if (count > 0) {
                double share = (double) count / value.length();
                bits -= share * Math.log(share) / Math.log(2);
            }
        }
        return bits;
    }
}
