package pond.server.http;

import java.io.IOException;
import java.io.InputStream;
import java.util.function.LongSupplier;
import pond.server.errors.ErrorCode;
import pond.server.errors.PondException;

/**
 * The bytes of a body that must be here by some time. It holds a thread until then: the connection's idle time-out ends a
 * sender that is silent, this ends one that sends a byte now and then.
 */
final class DueStream extends InputStream {
    private final InputStream bytes;
    private final long due;
    private final LongSupplier nanos;

    /**
     * Reads on from another stream.
     *
     * @param due in the time of {@code nanos}
     */
    DueStream(InputStream bytes, long due, LongSupplier nanos) {
        this.bytes = bytes;
        this.due = due;
        this.nanos = nanos;
    }

    @Override
    public int read() throws IOException {
        int one = bytes.read();
        requireInTime(one);
        return one;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        int some = bytes.read(into, offset, length);
        requireInTime(some);
        return some;
    }

    /** What has come to its end is as good as any other, however late. */
    private void requireInTime(int read) {
        if (read >= 0 && nanos.getAsLong() - due > 0) {
            throw new PondException(ErrorCode.TOO_SLOW, "the body took too long to arrive");
        }
    }
}
