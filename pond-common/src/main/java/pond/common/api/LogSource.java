package pond.common.api;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** Which part of pond a log line came through. */
public enum LogSource {
    /** A stage wrote it. */
    STAGE,
    /** The fetching of sources. */
    FETCH,
    /** A warning of the preflight that did not block the submit. */
    PREFLIGHT,
    /** The server. */
    POND;

    @JsonValue
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
