package pond.common.api;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** How far a stage, or a substage, has come. */
public enum StageStatus {
    /** Its turn has not come. */
    PENDING,
    /** Ready, and waiting for a worker. */
    QUEUED,
    RUNNING,
    DONE,
    FAILED,
    CANCELLED,
    /** It will not run: an earlier stage failed, or the run was cancelled before its turn. */
    SKIPPED;

    /** Whether nothing will ever change again. */
    public boolean isTerminal() {
        return this == DONE || this == FAILED || this == CANCELLED || this == SKIPPED;
    }

    @JsonValue
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
