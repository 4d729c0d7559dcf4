package pond.worker.checkout;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import pond.common.protocol.Job.BundleRef;

/** Counts and digests what is read through it, and reads no byte more than there should be. For one thread. */
final class DigestedStream extends FilterInputStream {
    private final MessageDigest digest = Sha256.start();
    private final BundleRef expected;
    private long read;

    DigestedStream(InputStream in, BundleRef expected) {
        super(in);
        this.expected = expected;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int count = super.read(buffer, offset, length);
        if (count > 0) {
            read += count;
            if (read > expected.size()) {
                throw new BundleException("the bundle is longer than the " + expected.size() + " bytes announced");
            }
            digest.update(buffer, offset, count);
        }
        return count;
    }

    @Override
    public long skip(long wanted) throws IOException {
        byte[] buffer = new byte[(int) Math.min(8192, Math.max(0, wanted))];
        return Math.max(0, read(buffer, 0, buffer.length));
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    /** Reads what is left and fails unless all of it was what the job named. */
    void verify() throws IOException {
        transferTo(OutputStream.nullOutputStream());
        if (read != expected.size()) {
            throw new BundleException("the bundle ended after " + read + " of " + expected.size() + " bytes");
        }
        if (!Sha256.hex(digest).equals(expected.sha256())) {
            throw new BundleException("the bundle's bytes are not those that the job names");
        }
    }
}
