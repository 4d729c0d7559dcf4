package pond.common.problems;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** Whether a problem blocks a submit. */
public enum Severity {
    /** Blocks: the run is not created. */
    ERROR,
    /** Does not block: it is written to the run's log. */
    WARNING;

    @JsonValue
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
