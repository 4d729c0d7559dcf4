package pond.server.scenarios;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** The network between a worker and its server, as bad as a test wants it. Forwards bytes and knows nothing of HTTP. */
final class ChaosProxy implements AutoCloseable {
    /** How the network is. */
    enum Weather {
        FINE,
        /** Every piece of bytes comes 100 ms late. */
        SLOW,
        /** Connections break, new ones are refused. */
        CUT,
        /** Connections stay, and nothing comes through. */
        DEAD,
        /** What is asked arrives; instead of its answer the connection breaks. */
        NO_ANSWERS
    }

    private static final long LATE_NANOS = 100_000_000;

    private final ServerSocket listening;
    private final Supplier<URI> target;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger broken = new AtomicInteger();
    private volatile Weather weather = Weather.FINE;

    /** @param target asked for each connection, because a server that was restarted may have another port */
    ChaosProxy(Supplier<URI> target) throws IOException {
        this.target = target;
        this.listening = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        threads.execute(this::accept);
    }

    static ChaosProxy to(URI server) throws IOException {
        return new ChaosProxy(() -> server);
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + listening.getLocalPort());
    }

    void weather(Weather now) {
        weather = now;
        if (now == Weather.CUT || now == Weather.FINE) {
            // What was half open is found out when the network is back, too.
            open.forEach(ChaosProxy::closeQuietly);
        }
    }

    /** Connections that did not end in good order. */
    int broken() {
        return broken.get();
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket client = listening.accept();
                if (weather == Weather.CUT) {
                    client.setSoLinger(true, 0);
                    client.close();
                } else {
                    connect(client);
                }
            } catch (IOException e) {
                if (!listening.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private void connect(Socket client) throws IOException {
        Socket server = new Socket();
        open.add(client);
        open.add(server);
        URI to = target.get();
        try {
            server.connect(new InetSocketAddress(to.getHost(), to.getPort()), 5_000);
        } catch (IOException refused) {
            end(client, server);
            return;
        }
        client.setTcpNoDelay(true);
        server.setTcpNoDelay(true);
        threads.execute(() -> forward(client, server, false));
        threads.execute(() -> forward(server, client, true));
    }

    private void forward(Socket from, Socket to, boolean answers) {
        byte[] buffer = new byte[64 * 1024];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                if (!passes(answers)) {
                    return;
                }
                out.write(buffer, 0, count);
            }
        } catch (IOException broke) {
            broken.incrementAndGet();
        } finally {
            end(from, to);
        }
    }

    /** False when the connection is to break now. */
    private boolean passes(boolean answers) {
        if (weather == Weather.SLOW) {
            LockSupport.parkNanos(LATE_NANOS);
        }
        while (weather == Weather.DEAD) {
            LockSupport.parkNanos(LATE_NANOS);
        }
        boolean passes = weather != Weather.CUT && !(answers && weather == Weather.NO_ANSWERS);
        broken.addAndGet(passes ? 0 : 1);
        return passes;
    }

    private void end(Socket one, Socket other) {
        closeQuietly(one);
        closeQuietly(other);
        open.remove(one);
        open.remove(other);
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        weather = Weather.CUT;
        listening.close();
        open.forEach(ChaosProxy::closeQuietly);
        threads.shutdownNow();
    }
}
