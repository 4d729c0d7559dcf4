package pond.worker.broker;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Accepts connections on a unix socket and gives each a thread, up to a number; more of them wait. */
final class Listener {
    private static final Logger LOG = LoggerFactory.getLogger(Listener.class);
    private static final int BACKLOG = 64;

    private final Path path;
    private final ServerSocketChannel server;
    private final Function<SocketChannel, ClientConnection> client;
    private final Serve serve;
    private final int most;
    private final Semaphore free;
    private final Set<ClientConnection> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger made = new AtomicInteger();
    private final CountDownLatch accepted = new CountDownLatch(1);
    private volatile boolean closed;

    /** Serves one connection to its end. */
    interface Serve {
        void run(ClientConnection client) throws IOException;
    }

    private Listener(
            Path path,
            ServerSocketChannel server,
            Function<SocketChannel, ClientConnection> client,
            int most,
            Serve serve) {
        this.path = path;
        this.server = server;
        this.client = client;
        this.most = most;
        this.free = new Semaphore(most);
        this.serve = serve;
    }

    /** Listens; only the worker's own user may connect. */
    static Listener open(Path path, Function<SocketChannel, ClientConnection> client, int most, Serve serve)
            throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(UnixDomainSocketAddress.of(path), BACKLOG);
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
        } catch (IOException e) {
            server.close();
            throw e;
        }
        Listener listener = new Listener(path, server, client, most, serve);
        listener.thread(listener::accept);
        return listener;
    }

    /** Ends all connections; nothing is accepted any more. */
    void close() throws IOException {
        closed = true;
        server.close();
        for (ClientConnection client : open) {
            client.close();
        }
        Files.deleteIfExists(path);
    }

    /** Waits until no connection is served any more; whether that was in time. */
    boolean ended(Duration atMost) throws InterruptedException {
        long start = System.nanoTime();
        boolean quiet = accepted.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
        long left = atMost.toNanos() - (System.nanoTime() - start);
        return quiet && free.tryAcquire(most, left, TimeUnit.NANOSECONDS);
    }

    private void accept() {
        try {
            while (!closed) {
                free.acquire();
                boolean begun = false;
                try {
                    SocketChannel channel = server.accept();
                    thread(() -> serve(channel));
                    begun = true;
                } finally {
                    if (!begun) {
                        free.release();
                    }
                }
            }
        } catch (ClosedChannelException e) {
            LOG.debug("the door is closed", e);
        } catch (IOException e) {
            LOG.error("no further connection of this job is accepted", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            accepted.countDown();
        }
    }

    private void serve(SocketChannel channel) {
        try (ClientConnection connection = client.apply(channel)) {
            open.add(connection);
            try {
                if (!closed) {
                    serve.run(connection);
                }
            } finally {
                open.remove(connection);
            }
        } catch (IOException e) {
            // The sandbox may close its side at any time, so this is no news; calls have been recorded.
            LOG.debug("a connection ended", e);
        } catch (RuntimeException e) {
            LOG.error("a connection failed; the others go on", e);
        } finally {
            free.release();
        }
    }

    private void thread(Runnable task) {
        Thread thread = new Thread(task, "pond-broker-" + made.incrementAndGet());
        thread.setDaemon(true);
        thread.start();
    }
}
