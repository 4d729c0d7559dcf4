package pond.server.http;

import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Request;

/**
 * Connections with a request in hand. While the server stops, such a one may pause for as long as the stop may take, since
 * its caller is in the middle of something; all others are closed after a moment. Jetty would give both the same time. Safe for
 * use by several threads.
 */
final class BusyConnections {
    private final long idleMillis;
    private final Map<EndPoint, Request> busy = new ConcurrentHashMap<>();
    private volatile boolean stopping;

    /** @param idle for which a connection without a request is kept once the stop has begun */
    BusyConnections(Duration idle) {
        this.idleMillis = idle.toMillis();
    }

    /** The connection of this request is busy until the request is over. */
    void add(Request request) {
        EndPoint connection = request.getConnectionMetaData().getConnection().getEndPoint();
        busy.put(connection, request);
        // Of two that follow each other closely the first may be over after the second has begun.
        Request.addCompletionListener(request, failure -> {
            if (busy.remove(connection, request) && stopping) {
                connection.setIdleTimeout(idleMillis);
            }
        });
    }

    /** The stop begins; {@code all} have been given the longer time. */
    void stop(Collection<EndPoint> all) {
        stopping = true;
        all.stream().filter(one -> !busy.containsKey(one)).forEach(one -> one.setIdleTimeout(idleMillis));
    }
}
