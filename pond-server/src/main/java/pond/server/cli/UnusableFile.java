package pond.server.cli;

import java.io.IOException;

/** A file that the command line names has not what it must have. */
final class UnusableFile extends IOException {
    UnusableFile(String message) {
        super(message);
    }

    UnusableFile(String message, Throwable cause) {
        super(message, cause);
    }
}
