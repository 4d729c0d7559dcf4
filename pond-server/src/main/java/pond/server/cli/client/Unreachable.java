package pond.server.cli.client;

import java.io.IOException;

/** The server gave no answer, or none that can be understood. */
public final class Unreachable extends IOException {
    public Unreachable(String message, Throwable cause) {
        super(message, cause);
    }
}
