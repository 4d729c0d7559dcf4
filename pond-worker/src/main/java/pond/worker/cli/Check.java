package pond.worker.cli;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/**
 * One answer of {@code doctor}.
 *
 * @param name what was looked at: a kind of stage, or something that all stages need
 * @param message why, in a sentence for people; with anything but {@link Result#OK} what to do about it, too
 */
record Check(String name, Result result, String message) {
    enum Result {
        OK,
        /** It works, with less than a promise kept. */
        WARNING,
        /** It does not work. */
        NO;

        @JsonValue
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
