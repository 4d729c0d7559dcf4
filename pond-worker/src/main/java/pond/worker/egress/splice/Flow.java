package pond.worker.egress.splice;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

/** One direction of a splice: reads from one channel, filters, writes to another. Used by one thread. */
public final class Flow {
    private static final int BUFFER = 32 * 1024;

    private final SocketChannel from;
    private final SocketChannel to;
    private final Filter filter;
    private final Meter meter;
    private final ByteBuffer read = ByteBuffer.allocate(BUFFER);
    private final ByteBuffer ready = ByteBuffer.allocate(BUFFER);
    private boolean sourceEnded;
    private boolean ended;
    private long written;

    /**
     * A direction that has not begun.
     *
     * @param ahead what has to be written before anything that is read, unfiltered; at most 32 KiB
     * @param begun what was read already and goes through the filter; at most 32 KiB
     */
    public Flow(SocketChannel from, SocketChannel to, Filter filter, Meter meter, ByteBuffer ahead, ByteBuffer begun) {
        this.from = from;
        this.to = to;
        this.filter = filter;
        this.meter = meter;
        ready.put(ahead);
        read.put(begun);
    }

    /** Moves what can be moved without waiting. Gives whether anything moved or the direction ended. */
    boolean move() throws IOException {
        if (ended) {
            return false;
        }
        boolean moved = false;
        if (mayRead()) {
            int count = from.read(read);
            sourceEnded = count < 0;
            moved = count != 0;
        }
        read.flip();
        filter.move(read, ready);
        read.compact();
        int count = write();
        meter.count(count);
        return moved || count > 0 || ended;
    }

    private int write() {
        ready.flip();
        try {
            int count = to.write(ready);
            written += count;
            if (!ready.hasRemaining() && filter.ended()) {
                ended = true;
            } else if (!ready.hasRemaining() && sourceEnded && count == 0) {
                // What the filter still holds back is the beginning of something that will never be complete.
                ended = true;
                to.shutdownOutput();
            }
            return count;
        } catch (IOException e) {
            // Who takes no more may still have something to say: a server refuses a long upload before its end.
            ended = true;
            return 0;
        } finally {
            ready.compact();
        }
    }

    private boolean mayRead() {
        return !sourceEnded && !filter.ended() && read.hasRemaining();
    }

    /** Adds to the keys what this direction waits for. */
    void addInterest(SelectionKey fromKey, SelectionKey toKey) {
        if (!ended && mayRead()) {
            fromKey.interestOpsOr(SelectionKey.OP_READ);
        }
        if (!ended && ready.position() > 0) {
            toKey.interestOpsOr(SelectionKey.OP_WRITE);
        }
    }

    boolean ended() {
        return ended;
    }

    /** Bytes that the other side took. */
    public long written() {
        return written;
    }
}
