package pond.server.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * One connection that knows how long its caller takes. Jetty's idle time-out starts anew with every byte, so a caller who
 * sends or takes a byte now and then could keep a connection, and the thread that writes to it, for as long as they like.
 * {@link TimedConnector} looks at each from time to time and closes those that are late.
 */
final class TimedConnection extends SocketChannelEndPoint {
    /** Who takes or gives less than this only holds on to what they have. */
    private static final double LEAST_BYTES_PER_NANO = 1_024 / 1e9;

    private static final long NONE = 0;

    private final AtomicInteger inHand = new AtomicInteger();
    /** When the first byte of a request came that is not whole yet. */
    private volatile long headSince = NONE;

    /** Bytes in both directions. */
    private final AtomicLong moved = new AtomicLong();

    private volatile boolean holdsNoThread;
    private final Stretch moment = new Stretch();
    private final Stretch answer = new Stretch();

    TimedConnection(SocketChannel channel, ManagedSelector selector, SelectionKey key, Scheduler scheduler) {
        super(channel, selector, key, scheduler);
    }

    /** That of a request; none when it came in by another connector. */
    static @Nullable TimedConnection of(Request request) {
        return of(request.getConnectionMetaData().getConnection().getEndPoint());
    }

    static @Nullable TimedConnection of(EndPoint connection) {
        return connection instanceof TimedConnection timed ? timed : null;
    }

    /** The head of a request is here, whole. */
    void begun() {
        inHand.incrementAndGet();
        headSince = NONE;
    }

    /** A request is over. Of two that follow each other closely the first may be over after the second has begun. */
    void ended() {
        inHand.decrementAndGet();
        headSince = NONE;
        holdsNoThread = false;
    }

    /** What is written from now on is written without a thread that waits for the reader. */
    void holdsNoThread() {
        holdsNoThread = true;
    }

    @Override
    public int fill(ByteBuffer buffer) throws IOException {
        int filled = super.fill(buffer);
        moved.addAndGet(Math.max(0, filled));
        if (filled > 0 && headSince == NONE && inHand.get() == 0) {
            headSince = System.nanoTime() | 1;
        }
        return filled;
    }

    @Override
    public boolean flush(ByteBuffer... buffers) throws IOException {
        long before = remaining(buffers);
        try {
            return super.flush(buffers);
        } finally {
            moved.addAndGet(before - remaining(buffers));
        }
    }

    private static long remaining(ByteBuffer[] buffers) {
        long sum = 0;
        for (ByteBuffer buffer : buffers) {
            sum += buffer.remaining();
        }
        return sum;
    }

    /**
     * What callers may take.
     *
     * @param usual how long the head of a request may take to arrive, and an answer to go out at less than 1 KiB a second
     * @param scarce how long an answer or a body may be as slow when threads are scarce
     * @param idle how long a connection may do nothing when connections are scarce
     */
    record Patience(Duration usual, Duration scarce, Duration idle) {}

    /** What the server has little of at the moment. */
    record Scarce(boolean threads, boolean connections) {}

    /**
     * Why this connection should be closed, or null. To be asked by one thread.
     *
     * @param now in the time of {@link System#nanoTime}
     */
    @Nullable
    String late(long now, Patience patience, Scarce scarce) {
        long since = headSince;
        if (since != NONE && now - since > patience.usual().toNanos()) {
            return "the head of a request took too long to arrive";
        }
        if (scarce.connections()
                && inHand.get() == 0
                && getIdleFor() > patience.idle().toMillis()) {
            return "it was idle when connections were scarce";
        }
        boolean writes = getWriteFlusher().isPending();
        boolean reads = inHand.get() > 0 && isFillInterested();
        if (moment.isSlow(writes || reads, now, moved.get(), patience.scarce()) && scarce.threads() && !holdsNoThread) {
            return "it moved less than 1 KiB a second while others waited for a thread";
        }
        return answer.isSlow(writes, now, moved.get(), patience.usual()) ? "less than 1 KiB a second is taken" : null;
    }

    /** A stretch of time in which the server waits for the caller, and the bytes that come by in it. For one thread. */
    private static final class Stretch {
        private long since = NONE;
        private long before;

        /** Whether one is over now in which there was too little; the next one begins then. */
        boolean isSlow(boolean waits, long now, long bytes, Duration length) {
            long nanos = now - since;
            if (waits && since != NONE && nanos < length.toNanos()) {
                return false;
            }
            boolean slow = waits && since != NONE && bytes - before < nanos * LEAST_BYTES_PER_NANO;
            since = waits ? now | 1 : NONE;
            before = bytes;
            return slow;
        }
    }
}
