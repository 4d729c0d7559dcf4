package pond.common.api;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** Where a log line was written. */
public enum LogStream {
    STDOUT,
    STDERR,
    /** By pond itself. */
    SYSTEM;

    @JsonValue
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
