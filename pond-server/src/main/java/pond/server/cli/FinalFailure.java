package pond.server.cli;

import java.io.IOException;

/** Another try would bring the same: what came is complete and wrong, or a file of this machine cannot be written. */
final class FinalFailure extends IOException {
    FinalFailure(String message) {
        super(message);
    }

    FinalFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
