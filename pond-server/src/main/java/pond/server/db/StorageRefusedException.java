package pond.server.db;

import org.jspecify.annotations.Nullable;

/**
 * The state directory or a database in it cannot be used as it is. The message is one line for the operator's terminal;
 * it names files, so it must not reach a client.
 */
public final class StorageRefusedException extends RuntimeException {
    /** What is wrong, for exit codes and tests. */
    public enum Reason {
        /** Another server holds the directory, or another program keeps the file locked. */
        IN_USE,
        /** Missing rights, not a directory, an unsuitable file system. */
        NOT_ACCESSIBLE,
        /** Not a database, or one whose structure is broken. */
        DAMAGED,
        /** Written by a newer version, with migrations that this one does not have. */
        NEWER_SCHEMA,
        /** A migration that was applied has other content or another place now. */
        MIGRATION_CHANGED,
        /** A migration could not be applied; nothing of it, and of those before it, is left. */
        MIGRATION_FAILED,
        /** There is no room for the copy that is taken before an upgrade. */
        NO_ROOM
    }

    private final Reason reason;

    StorageRefusedException(Reason reason, String message, @Nullable Throwable cause) {
        super(message.lines().findFirst().orElse(message), cause);
        this.reason = reason;
    }

    StorageRefusedException(Reason reason, String message) {
        this(reason, message, null);
    }

    public Reason reason() {
        return reason;
    }
}
