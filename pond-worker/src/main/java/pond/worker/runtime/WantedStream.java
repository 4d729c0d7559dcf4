package pond.worker.runtime;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Bytes for a stage; reading them ends when the stage is told to end. */
final class WantedStream extends FilterInputStream {
    private final JobCalls calls;

    WantedStream(InputStream in, JobCalls calls) {
        super(in);
        this.calls = calls;
    }

    @Override
    public int read() throws IOException {
        calls.requireWanted();
        return super.read();
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        calls.requireWanted();
        return super.read(buffer, offset, length);
    }
}
