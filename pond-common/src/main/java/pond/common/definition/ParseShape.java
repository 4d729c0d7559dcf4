package pond.common.definition;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** The form of an agent's result block. */
public enum ParseShape {
    /** One JSON value a line. */
    JSONL,
    /** One JSON value. */
    JSON;

    @JsonValue
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
