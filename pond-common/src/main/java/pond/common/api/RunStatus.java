package pond.common.api;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** How far a run has come. */
public enum RunStatus {
    /** Nothing has started. */
    QUEUED,
    RUNNING,
    /** Its cancel was asked for, and something is still running. */
    CANCELLING,
    DONE,
    FAILED,
    CANCELLED;

    /** Whether nothing will ever change again. */
    public boolean isTerminal() {
        return this == DONE || this == FAILED || this == CANCELLED;
    }

    @JsonValue
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
