package pond.worker.broker.http;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes connections whose time is up, which ends the read or write that hangs on them: a channel of a unix socket knows
 * no timeouts, and a socket knows none for writing. One thread looks at all of them every tenth of a second. Threads may
 * share it.
 */
public final class Watch implements AutoCloseable {
    private static final long LOOK_MILLIS = 100;
    private static final Logger LOG = LoggerFactory.getLogger(Watch.class);

    private final Set<Guard> guards = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closed = new CountDownLatch(1);

    public Watch() {
        Thread thread = new Thread(this::run, "pond-broker-watch");
        thread.setDaemon(true);
        thread.start();
    }

    /** Guards a connection until the guard is closed. */
    public Guard guard(Closeable connection) {
        Guard guard = new Guard(connection);
        guards.add(guard);
        return guard;
    }

    @Override
    public void close() {
        closed.countDown();
    }

    private void run() {
        try {
            while (!closed.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                look();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() {
        long now = System.nanoTime();
        for (Guard guard : guards) {
            try {
                guard.look(now);
            } catch (IOException | RuntimeException e) {
                // Its owner sees the same when it goes on; the others must be looked at all the same.
                LOG.debug("a connection whose time was up could not be closed", e);
            }
        }
    }

    /** The time of one connection; its owner sets it before each wait, others may only shorten it. */
    public final class Guard implements AutoCloseable {
        private final Closeable connection;
        private boolean armed;
        private long dueNanos;
        private boolean capped;
        private long capNanos;
        private boolean expired;

        private Guard(Closeable connection) {
            this.connection = connection;
        }

        /** What follows must be done within this time, and before the cap. */
        public synchronized void within(Duration time) {
            armed = true;
            dueNanos = System.nanoTime() + time.toNanos();
        }

        /** Nothing is waited for now. */
        public synchronized void rest() {
            armed = false;
        }

        /** The connection is closed after this time, whatever {@link #within} says; an earlier cap stays. */
        public synchronized void cap(Duration time) {
            long due = System.nanoTime() + time.toNanos();
            if (!capped || due - capNanos < 0) {
                capped = true;
                capNanos = due;
            }
        }

        /** Whether the connection was closed because its time was up. */
        public synchronized boolean expired() {
            return expired;
        }

        @Override
        public void close() {
            guards.remove(this);
        }

        private void look(long now) throws IOException {
            synchronized (this) {
                boolean due = (armed && now - dueNanos > 0) || (capped && now - capNanos > 0);
                if (!due || expired) {
                    return;
                }
                expired = true;
            }
            connection.close();
        }
    }
}
