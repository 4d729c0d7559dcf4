package pond.worker.checkout;

import java.io.IOException;

/** A bundle that is not what it should be. The message is fit for the run's log: it names no path of this machine. */
public final class BundleException extends IOException {
    public BundleException(String message) {
        super(message);
    }

    public BundleException(String message, Throwable cause) {
        super(message, cause);
    }
}
