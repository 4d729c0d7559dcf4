package pond.server.db;

/** The database failed, not the work: nothing of the work is known to be stored. The cause has the particulars. */
public class DatabaseException extends RuntimeException {
    DatabaseException(String message, Throwable cause) {
        super(message, cause);
    }

    DatabaseException(String message) {
        super(message);
    }
}
