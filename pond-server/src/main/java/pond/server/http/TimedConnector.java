package pond.server.http;

import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where connections come in. It looks at all of them from time to time, and closes those whose callers are late. */
final class TimedConnector extends ServerConnector {
    private static final Logger LOG = LoggerFactory.getLogger(TimedConnector.class);
    private static final Duration LOOK = Duration.ofMillis(250);
    private static final Duration SCARCE = Duration.ofSeconds(1);
    private static final Duration CROWDED_IDLE = Duration.ofSeconds(5);

    private final QueuedThreadPool threads;
    private final BusyConnections busy;
    private final TimedConnection.Patience patience;
    private final int crowd;

    /**
     * Not yet bound.
     *
     * @param arrivalDeadline how long the head of a request may take to arrive, and an answer may be taken in too slowly
     * @param maxConnections idle ones are closed early when nine tenths of them are there
     */
    TimedConnector(
            Server server,
            HttpConfiguration http,
            QueuedThreadPool threads,
            BusyConnections busy,
            Duration arrivalDeadline,
            int maxConnections) {
        super(server, 1, -1, new HttpConnectionFactory(http));
        this.threads = threads;
        this.busy = busy;
        this.patience = new TimedConnection.Patience(arrivalDeadline, SCARCE, CROWDED_IDLE);
        this.crowd = maxConnections / 10 * 9;
    }

    @Override
    protected SocketChannelEndPoint newEndPoint(SocketChannel channel, ManagedSelector selector, SelectionKey key) {
        SocketChannelEndPoint connection = new TimedConnection(channel, selector, key, getScheduler());
        connection.setIdleTimeout(getIdleTimeout());
        return connection;
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        lookAgain();
    }

    @Override
    public CompletableFuture<Void> shutdown() {
        CompletableFuture<Void> done = super.shutdown();
        busy.stop(getConnectedEndPoints());
        return done;
    }

    private void lookAgain() {
        long millis = Math.min(LOOK.toMillis(), patience.usual().toMillis() / 4);
        getScheduler().schedule(this::look, millis, TimeUnit.MILLISECONDS);
    }

    private void look() {
        if (!isRunning()) {
            return;
        }
        try {
            Collection<EndPoint> all = getConnectedEndPoints();
            TimedConnection.Scarce scarce = new TimedConnection.Scarce(threads.isLowOnThreads(), all.size() > crowd);
            long now = System.nanoTime();
            for (EndPoint one : all) {
                closeIfLate(one, now, scarce);
            }
        } catch (RuntimeException e) {
            LOG.warn("connections could not be looked at; the next look is in a moment", e);
        } finally {
            lookAgain();
        }
    }

    private void closeIfLate(EndPoint connection, long now, TimedConnection.Scarce scarce) {
        TimedConnection timed = TimedConnection.of(connection);
        String why = timed == null ? null : timed.late(now, patience, scarce);
        if (why != null) {
            LOG.debug("closing the connection of {}: {}", connection.getRemoteSocketAddress(), why);
            connection.close(new TimeoutException(why));
        }
    }
}
