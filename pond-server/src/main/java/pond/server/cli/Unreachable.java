package pond.server.cli;

import java.io.IOException;

/** The server gave no answer, or none that can be understood. */
final class Unreachable extends IOException {
    Unreachable(String message, Throwable cause) {
        super(message, cause);
    }
}
