package pond.server.cli.files;

import java.io.IOException;

/** A file that the command line names has not what it must have. */
public final class UnusableFile extends IOException {
    public UnusableFile(String message) {
        super(message);
    }

    public UnusableFile(String message, Throwable cause) {
        super(message, cause);
    }
}
