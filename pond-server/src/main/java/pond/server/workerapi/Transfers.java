package pond.server.workerapi;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import pond.common.protocol.ProtocolException;
import pond.common.protocol.Refusal;
import pond.server.errors.ErrorCode;
import pond.server.errors.PondException;

/**
 * Bytes on their way to or from workers. Each holds an HTTP thread for as long as it takes, so only so many may be under
 * way at a time, and one that crawls is broken off: an upload goes on from there with the next try. Safe for use by several
 * threads.
 */
final class Transfers {
    private static final Duration BUSY = Duration.ofSeconds(1);
    /** The connection's own idle timeout ends a sender that is silent; this ends one that sends a byte now and then. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final long MIN_BYTES_PER_SECOND = 1_024;

    private final Semaphore places;
    private final LongSupplier nanos;

    /** @param nanos a clock that only ever goes forward */
    Transfers(int atOnce, LongSupplier nanos) {
        this.places = new Semaphore(atOnce);
        this.nanos = nanos;
    }

    /**
     * Takes a place, to be given back once by what is returned.
     *
     * @throws ProtocolException {@link Refusal#BUSY} when all are taken
     */
    Runnable begin() {
        if (!places.tryAcquire()) {
            throw new ProtocolException(Refusal.BUSY, "too many transfers are under way; try again later", BUSY);
        }
        AtomicBoolean held = new AtomicBoolean(true);
        return () -> {
            if (held.getAndSet(false)) {
                places.release();
            }
        };
    }

    /** The same bytes; gives the place back when it is closed. */
    static InputStream endingWith(InputStream bytes, Runnable end) {
        return new FilterInputStream(bytes) {
            @Override
            public void close() throws IOException {
                try {
                    super.close();
                } finally {
                    end.run();
                }
            }
        };
    }

    /** The same bytes; reading fails when they come too slowly. */
    InputStream paced(InputStream bytes) {
        long began = nanos.getAsLong();
        return new FilterInputStream(bytes) {
            private long read;

            @Override
            public int read() throws IOException {
                int one = super.read();
                count(one < 0 ? 0 : 1);
                return one;
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                int some = super.read(into, offset, length);
                count(Math.max(0, some));
                return some;
            }

            private void count(int some) {
                read += some;
                Duration took = Duration.ofNanos(nanos.getAsLong() - began);
                if (took.compareTo(PATIENCE) > 0 && read < took.toSeconds() * MIN_BYTES_PER_SECOND) {
                    throw new PondException(
                            ErrorCode.TOO_SLOW,
                            "the sender is slower than " + MIN_BYTES_PER_SECOND + " bytes a second");
                }
            }
        };
    }
}
