package pond.common.protocol;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The refusals that a worker must understand. One that it does not know (a newer server's) it takes as {@link #INVALID}. */
public enum Refusal {
    /** The server does not know this attachment (any more): attach again; jobs held under it are lost. */
    UNKNOWN_WORKER,
    /** The worker's bearer is not good (any more), because it was revoked or is another server's: stop and tell the operator. */
    UNAUTHORIZED,
    /** Another process has attached with this worker's identity since: stop and tell the operator. */
    REPLACED,
    /** The job belongs to someone else by now, or has ended: kill it and say nothing more about it. */
    LEASE_LOST,
    /** The server no longer speaks this version: stop and tell the operator. */
    UPGRADE_NEEDED,
    /** Lines before this batch are missing: send again from the number that the message names. */
    LOG_GAP,
    /** The bytes are not those announced, are too many, or a name is not allowed: the stage fails with this. */
    ARTIFACT_REFUSED,
    /** There is no credential of the name that the job's model wants: the stage fails with this. */
    CREDENTIAL_MISSING,
    /** Something that the call needs has not arrived, such as an artifact named in a complete. */
    INCOMPLETE,
    /** The server cannot read the call, or has nothing of that name; the same call would fail again. */
    INVALID,
    /** Too much is waiting, or the server is about to stop: try again after a while. */
    BUSY;

    /** The constant with this text. */
    public static Optional<Refusal> parse(String text) {
        return Arrays.stream(values())
                .filter(one -> one.toString().equals(text))
                .findFirst();
    }

    /** Whether it ends the attachment, and with it the hold on every job. */
    public boolean endsAttachment() {
        return switch (this) {
            case UNKNOWN_WORKER, UNAUTHORIZED, REPLACED, UPGRADE_NEEDED -> true;
            case LEASE_LOST, LOG_GAP, ARTIFACT_REFUSED, CREDENTIAL_MISSING, INCOMPLETE, INVALID, BUSY -> false;
        };
    }

    @JsonValue
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
