package pond.worker.executors.builtin;

import java.io.IOException;

/** A file of the checkout cannot be read; told apart from results that cannot be written, which ends the scan. */
final class UnreadableException extends IOException {
    UnreadableException(IOException cause) {
        super(cause);
    }
}
