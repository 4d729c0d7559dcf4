package pond.server.sources.guard;

import java.io.Closeable;
import java.io.IOException;
import java.net.Socket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A socket and the fetch that it belongs to. Closing goes to the plain socket: a TLS goodbye could block on a peer that
 * no longer reads, and the framing of HTTP already says where a body ends.
 */
record Connection(Socket socket, FetchScope scope) implements Closeable {
    private static final Logger log = LoggerFactory.getLogger(Connection.class);

    @Override
    public void close() {
        scope.release(socket);
        try {
            socket.close();
        } catch (IOException e) {
            log.debug("closing a connection", e);
        }
    }
}
