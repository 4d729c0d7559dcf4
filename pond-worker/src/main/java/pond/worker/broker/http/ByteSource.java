package pond.worker.broker.http;

import java.io.IOException;

/** Bytes of a connection, through a buffer of fixed size. For one thread. */
public final class ByteSource {
    private static final int BUFFER = 16 * 1024;

    private final Read read;
    private final byte[] buffer = new byte[BUFFER];
    private int position;
    private int limit;

    /** As {@code InputStream.read}: blocks until there is something, -1 at the end. */
    public interface Read {
        int into(byte[] bytes, int from, int length) throws IOException;
    }

    public ByteSource(Read read) {
        this.read = read;
    }

    /** The next byte, or -1 at the end. */
    public int next() throws IOException {
        if (position == limit && !fill()) {
            return -1;
        }
        return buffer[position++] & 0xFF;
    }

    /** What is at hand, or else what comes next; at most {@code length} bytes, -1 at the end. */
    public int read(byte[] bytes, int from, int length) throws IOException {
        if (position == limit && !fill()) {
            return -1;
        }
        int count = Math.min(length, limit - position);
        System.arraycopy(buffer, position, bytes, from, count);
        position += count;
        return count;
    }

    /** Whether bytes are at hand without a read. */
    public boolean hasBuffered() {
        return position < limit;
    }

    /** Waits for a byte; whether one came before the end. */
    public boolean awaitByte() throws IOException {
        return position < limit || fill();
    }

    private boolean fill() throws IOException {
        int count = read.into(buffer, 0, BUFFER);
        position = 0;
        limit = Math.max(0, count);
        return count > 0;
    }
}
