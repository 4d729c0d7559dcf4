package pond.server.db;

/**
 * The disk has no room for a change, or does not take it. Nothing of the work is stored, and the file is as it was; the
 * same call may succeed once there is room (HTTP 503).
 */
public final class DatabaseFullException extends DatabaseException {
    DatabaseFullException(Throwable cause) {
        super("the disk takes no more: " + cause.getMessage(), cause);
    }
}
