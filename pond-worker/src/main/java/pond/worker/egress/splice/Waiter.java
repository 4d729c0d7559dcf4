package pond.worker.egress.splice;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/**
 * Waits for the channels of one connection, never longer than until a deadline, and not at all once it was told to
 * stop. Deadlines are values of System.nanoTime. One thread waits; any thread may stop it. Closing it closes the
 * channels.
 */
public final class Waiter implements AutoCloseable {
    private final Selector selector;
    private volatile boolean stopped;

    public Waiter() throws IOException {
        selector = Selector.open();
    }

    /** Takes the channel over; it is non-blocking from here on. */
    public SelectionKey add(SocketChannel channel) throws IOException {
        channel.configureBlocking(false);
        return channel.register(selector, 0);
    }

    public static long deadline(Duration wait) {
        return System.nanoTime() + wait.toNanos();
    }

    /**
     * Waits until one of the channels is ready for what its key is interested in.
     *
     * @return false when the deadline has passed
     * @throws AsynchronousCloseException when it was told to stop
     */
    public boolean await(long deadline) throws IOException {
        long nanos = deadline - System.nanoTime();
        if (!stopped && nanos > 0) {
            selector.select(nanos / 1_000_000 + 1);
            selector.selectedKeys().clear();
        }
        if (stopped) {
            throw new AsynchronousCloseException();
        }
        return nanos > 0;
    }

    /** Waits for one channel. */
    public boolean await(SelectionKey key, int interest, long deadline) throws IOException {
        key.interestOps(interest);
        try {
            return await(deadline);
        } finally {
            if (key.isValid()) {
                key.interestOps(0);
            }
        }
    }

    /** Writes all of it, and gives up at the deadline. */
    public boolean write(SelectionKey key, ByteBuffer bytes, long deadline) throws IOException {
        SocketChannel channel = (SocketChannel) key.channel();
        while (bytes.hasRemaining()) {
            if (channel.write(bytes) == 0 && !await(key, SelectionKey.OP_WRITE, deadline)) {
                return false;
            }
        }
        return true;
    }

    /** What waits or will wait ends with an exception. */
    public void stop() {
        stopped = true;
        selector.wakeup();
    }

    @Override
    public void close() throws IOException {
        for (SelectionKey key : selector.keys()) {
            key.channel().close();
        }
        selector.close();
    }
}
