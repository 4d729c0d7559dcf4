package pond.common.swarm;

import java.util.Optional;
import java.util.regex.Pattern;
import pond.common.problems.Fields;

/** The form of keys and names in the operators' registers: parts of letters, digits and a few signs, slashes between. */
public final class RegistryKey {
    private static final int MAX_LENGTH = 128;
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:-]*(/[A-Za-z0-9][A-Za-z0-9._:-]*)*");

    private RegistryKey() {}

    /** The text, if it has the form. */
    public static Optional<String> parse(String text) {
        return text.length() <= MAX_LENGTH && FORM.matcher(text).matches() ? Optional.of(text) : Optional.empty();
    }

    /** A field that must be there and have the form. */
    public static Optional<String> required(Fields fields, String name) {
        return fields.requiredString(name).flatMap(text -> checked(fields, name, text));
    }

    /** A field that must have the form if it is there. */
    public static Optional<String> optional(Fields fields, String name) {
        return fields.string(name).flatMap(text -> checked(fields, name, text));
    }

    private static Optional<String> checked(Fields fields, String name, String text) {
        Optional<String> key = parse(text);
        if (key.isEmpty()) {
            fields.report(
                    name,
                    "must begin with a letter or digit and have at most " + MAX_LENGTH
                            + " letters, digits, '.', '_', ':', '-' and single '/'");
        }
        return key;
    }
}
