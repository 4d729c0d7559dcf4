package pond.server.doctor;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/**
 * One answer of {@code doctor}, as the worker's {@code doctor} gives them.
 *
 * @param name what was looked at
 * @param message why, in a sentence for people; with anything but {@link Result#OK} what to do about it, too
 */
public record Check(String name, Result result, String message) {
    /** How it is. */
    public enum Result {
        OK,
        /** It works, and somebody should know this. */
        WARNING,
        /** It does not work. */
        NO;

        @JsonValue
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static Check ok(String name, String message) {
        return new Check(name, Result.OK, message);
    }

    static Check warning(String name, String message) {
        return new Check(name, Result.WARNING, message);
    }

    static Check no(String name, String message) {
        return new Check(name, Result.NO, message);
    }
}
