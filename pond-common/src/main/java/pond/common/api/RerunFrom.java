package pond.common.api;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** Where a re-run begins. */
public enum RerunFrom {
    /** With nothing: every stage runs, and the sources are fetched anew. */
    START,
    /** With the stages that were done: only the others run. */
    FAILED;

    @JsonValue
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
