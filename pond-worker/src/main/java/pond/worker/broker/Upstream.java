package pond.worker.broker;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import pond.worker.broker.http.Watch;

/** Connections to one provider. Those that are whole after a call are kept for the next one. Threads may share it. */
final class Upstream implements AutoCloseable {
    private static final int MAX_KEPT = 8;
    /** Shorter than servers keep an unused connection, so that few die under a request. */
    private static final long MAX_UNUSED_NANOS = Duration.ofSeconds(30).toNanos();

    private final String host;
    private final int port;
    private final boolean tls;
    private final SSLSocketFactory sockets;
    private final Duration connectTime;
    private final Watch watch;
    private final Deque<UpstreamConnection> kept = new ArrayDeque<>();
    private boolean closed;

    Upstream(URI base, SSLSocketFactory sockets, Duration connectTime, Watch watch) {
        this.tls = "https".equalsIgnoreCase(base.getScheme());
        String given = base.getHost();
        this.host = given.startsWith("[") ? given.substring(1, given.length() - 1) : given;
        this.port = base.getPort() >= 0 ? base.getPort() : tls ? 443 : 80;
        this.sockets = sockets;
        this.connectTime = connectTime;
        this.watch = watch;
    }

    /** The value of the Host header. */
    String authority() {
        String name = host.contains(":") ? "[" + host + "]" : host;
        return port == (tls ? 443 : 80) ? name : name + ":" + port;
    }

    /** A connection that nobody else uses; throws {@link SocketTimeoutException} when there is none in time. */
    UpstreamConnection connect() throws IOException {
        UpstreamConnection used = takeKept();
        return used == null ? open() : used;
    }

    /** Takes back a connection on which nothing is under way. */
    void keep(UpstreamConnection connection) throws IOException {
        connection.guard().rest();
        connection.unusedSince(System.nanoTime());
        synchronized (this) {
            if (!closed && kept.size() < MAX_KEPT) {
                kept.push(connection);
                return;
            }
        }
        connection.close();
    }

    @Override
    public synchronized void close() throws IOException {
        closed = true;
        while (!kept.isEmpty()) {
            kept.pop().close();
        }
    }

    private @Nullable UpstreamConnection takeKept() throws IOException {
        while (true) {
            UpstreamConnection candidate;
            synchronized (this) {
                if (kept.isEmpty()) {
                    return null;
                }
                candidate = kept.pop();
            }
            if (System.nanoTime() - candidate.unusedSince() < MAX_UNUSED_NANOS && candidate.isQuiet()) {
                return candidate;
            }
            candidate.close();
        }
    }

    private UpstreamConnection open() throws IOException {
        long start = System.nanoTime();
        IOException failed = new IOException("the provider's name has no address");
        for (InetAddress address : InetAddress.getAllByName(host)) {
            long left = connectTime.toNanos() - (System.nanoTime() - start);
            if (left <= 0) {
                throw new SocketTimeoutException("no connection in time");
            }
            SocketChannel channel = SocketChannel.open();
            try {
                channel.socket().connect(new InetSocketAddress(address, port), (int) Math.max(1, left / 1_000_000));
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                return tls ? secured(channel, left) : new UpstreamConnection(channel, channel.socket(), watch);
            } catch (IOException e) {
                channel.close();
                failed = e;
            }
        }
        throw failed;
    }

    private UpstreamConnection secured(SocketChannel channel, long leftNanos) throws IOException {
        SSLSocket socket = (SSLSocket) sockets.createSocket(channel.socket(), host, port, true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        try (Watch.Guard guard = watch.guard(channel)) {
            guard.within(Duration.ofNanos(leftNanos));
            try {
                socket.startHandshake();
            } catch (IOException e) {
                if (guard.expired()) {
                    throw new SocketTimeoutException("no TLS handshake in time");
                }
                throw e;
            }
        }
        return new UpstreamConnection(channel, socket, watch);
    }
}
