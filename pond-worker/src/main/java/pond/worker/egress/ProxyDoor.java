package pond.worker.egress;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pond.worker.egress.splice.Waiter;

/** Accepts the connections of one stage and gives each a thread, as many as there are places. */
final class ProxyDoor implements Door {
    private static final Logger LOG = LoggerFactory.getLogger(ProxyDoor.class);
    private static final long CLOSE_SECONDS = 2;
    private static final long ACCEPT_AGAIN_MILLIS = 100;

    private final Path socket;
    private final ServerSocketChannel listener;
    private final Policy policy;
    private final Ledger ledger;
    private final Semaphore places;
    private final Set<Waiter> running = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final AtomicInteger made = new AtomicInteger();
    private final Thread acceptor;

    ProxyDoor(Path socket, ServerSocketChannel listener, Policy policy, Ledger ledger) {
        this.socket = socket;
        this.listener = listener;
        this.policy = policy;
        this.ledger = ledger;
        this.places = new Semaphore(policy.limits().connections());
        this.acceptor = thread(this::acceptAll, "pond-egress-accept");
        acceptor.start();
    }

    private static Thread thread(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    private void acceptAll() {
        try {
            while (closing.getCount() > 0) {
                // First the place, then the client: those for whom there is none wait in the kernel's queue.
                places.acquire();
                if (!acceptOne()) {
                    places.release();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean acceptOne() throws InterruptedException {
        try {
            SocketChannel client = listener.accept();
            start(client);
            return true;
        } catch (ClosedChannelException e) {
            return false;
        } catch (IOException e) {
            LOG.warn("a stage's connection to its egress was not accepted, trying again: {}", e.toString());
            closing.await(ACCEPT_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
            return false;
        }
    }

    private void start(SocketChannel client) throws IOException {
        Waiter waiter;
        try {
            waiter = new Waiter();
        } catch (IOException e) {
            client.close();
            throw e;
        }
        Tunnel tunnel = new Tunnel(client, waiter, policy, ledger);
        running.add(waiter);
        if (closing.getCount() == 0) {
            waiter.stop();
        }
        thread(() -> run(tunnel, waiter), "pond-egress-" + made.incrementAndGet())
                .start();
    }

    private void run(Tunnel tunnel, Waiter waiter) {
        try {
            tunnel.run();
        } catch (RuntimeException e) {
            LOG.warn("a connection of a stage's egress failed and was closed", e);
        } finally {
            running.remove(waiter);
            places.release();
        }
    }

    @Override
    public Path socket() {
        return socket;
    }

    @Override
    public List<String> refused() {
        return ledger.refused();
    }

    @Override
    public long bytes() {
        return ledger.bytes();
    }

    @Override
    public synchronized void close() throws IOException {
        if (closing.getCount() == 0) {
            return;
        }
        closing.countDown();
        listener.close();
        acceptor.interrupt();
        running.forEach(Waiter::stop);
        try {
            if (!places.tryAcquire(policy.limits().connections(), CLOSE_SECONDS, TimeUnit.SECONDS)) {
                // A lookup of a name cannot be interrupted; whoever waits for one connects to nothing afterwards.
                LOG.warn("a stage's egress is closed while one of its threads still waits for a name server");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        ledger.sum();
        Files.deleteIfExists(socket);
    }
}
