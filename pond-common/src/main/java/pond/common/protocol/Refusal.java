package pond.common.protocol;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** The refusals that a worker must understand. */
public enum Refusal {
    /** The server does not know this attachment (any more): attach again; jobs held under it are lost. */
    UNKNOWN_WORKER,
    /** The job belongs to someone else by now, or has ended: kill it and say nothing more about it. */
    LEASE_LOST,
    /** The server no longer speaks this version: stop and tell the operator. */
    UPGRADE_NEEDED,
    /** Lines before this batch are missing: send again from the number that the message names. */
    LOG_GAP,
    /** The bytes are not those announced, are too many, or a name is not allowed: the stage fails with this. */
    ARTIFACT_REFUSED,
    /** Something that the call needs has not arrived, such as an artifact named in a complete. */
    INCOMPLETE,
    /** Too much is waiting: try again after a while. */
    BUSY;

    @JsonValue
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
