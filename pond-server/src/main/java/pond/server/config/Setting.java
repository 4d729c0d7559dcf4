package pond.server.config;

import java.util.function.Function;

/**
 * One setting of the server; {@link Settings} declares them all.
 *
 * @param name of the environment variable
 * @param takes what a value may be; completes the sentence "it takes …"
 * @param byDefault the value when none is given, as the documentation shows it; empty when there is none
 * @param sentence what it is for
 * @param secret never printed, and can be given as a file named by the variable with {@code _FILE} behind
 * @param read turns the text into the value; throws {@link IllegalArgumentException} when it cannot
 */
public record Setting<T>(
        String name, String takes, String byDefault, String sentence, boolean secret, Function<String, T> read) {

    /** The twin that names a file with the value. */
    String fileName() {
        return name + "_FILE";
    }
}
