package pond.worker.runtime;

import java.io.IOException;

/** A wait was given up because its job is to end: what was waited for no longer matters. */
final class AbandonedException extends IOException {
    AbandonedException() {
        super("the stage was told to end");
    }
}
