package pond.worker.egress;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A stage's way out, open until it is closed. Safe for use by several threads. */
public interface Door extends AutoCloseable {

    /** The unix socket at which the proxy answers. */
    Path socket();

    /** What was refused, each once and at most 100 of them, as {@code egress: host:port (reason)}. */
    List<String> refused();

    /** Bytes that were passed on so far, both ways together, without the proxy's own answers. */
    long bytes();

    /**
     * Ends the listener and every connection, waits two seconds at most for their threads, and removes the socket. May
     * be called twice.
     */
    @Override
    void close() throws IOException;
}
