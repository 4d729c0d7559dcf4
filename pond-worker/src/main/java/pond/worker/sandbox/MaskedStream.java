package pond.worker.sandbox;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** What a pipe yields, masked, and how much that was before. For one thread. */
final class MaskedStream extends FilterInputStream {
    private final Masker masker;
    private final byte[] chunk = new byte[32 * 1024];
    private byte[] ready = {};
    private int taken;
    private long came;
    private boolean ended;

    MaskedStream(InputStream pipe, Masker masker) {
        super(pipe);
        this.masker = masker;
    }

    /** Bytes that the pipe has yielded. */
    long came() {
        return came;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    /** Returns when at least one byte is decided. */
    @Override
    public int read(byte[] target, int offset, int most) throws IOException {
        while (taken == ready.length && !ended) {
            fill();
        }
        int count = Math.min(most, ready.length - taken);
        System.arraycopy(ready, taken, target, offset, count);
        taken += count;
        return count == 0 && most > 0 ? -1 : count;
    }

    private void fill() throws IOException {
        int count = super.read(chunk, 0, chunk.length);
        if (count < 0) {
            masker.finish();
            ended = true;
        } else {
            came += count;
            masker.accept(chunk, 0, count);
        }
        ready = masker.take();
        taken = 0;
    }
}
