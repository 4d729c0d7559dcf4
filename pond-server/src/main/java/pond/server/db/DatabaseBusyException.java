package pond.server.db;

/**
 * The work was not started: too much is waiting already, another program holds the file, or the database is closing.
 * The same call may succeed later (HTTP 503).
 */
public final class DatabaseBusyException extends DatabaseException {
    DatabaseBusyException(String message) {
        super(message);
    }

    DatabaseBusyException(String message, Throwable cause) {
        super(message, cause);
    }
}
