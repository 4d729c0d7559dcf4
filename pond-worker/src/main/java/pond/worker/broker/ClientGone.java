package pond.worker.broker;

import java.io.IOException;

/** The client's side of a connection is closed, or its time was up. */
final class ClientGone extends IOException {
    ClientGone(Throwable cause) {
        super("the client has gone", cause);
    }
}
