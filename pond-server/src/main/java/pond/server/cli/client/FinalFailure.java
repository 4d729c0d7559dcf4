package pond.server.cli.client;

import java.io.IOException;

/** Another try would bring the same: what came is complete and wrong, or a file of this machine cannot be written. */
public final class FinalFailure extends IOException {
    public FinalFailure(String message) {
        super(message);
    }

    public FinalFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
