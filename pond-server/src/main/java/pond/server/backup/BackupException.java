package pond.server.backup;

import java.io.IOException;

/**
 * A backup cannot be made, or what is given is not one that can be restored. The message is one line for the operator's
 * terminal; it names files, so it must not reach a client.
 */
public final class BackupException extends IOException {
    BackupException(String message) {
        super(message);
    }

    BackupException(String message, Exception cause) {
        super(message, cause);
    }
}
