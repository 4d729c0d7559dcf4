package pond.server.workerapi;

import java.io.FilterInputStream;
import java.io.InputStream;

/** Bytes whose number is known before they are read, so that whoever sends them on can announce it. */
final class SizedStream extends FilterInputStream {
    private final long size;

    SizedStream(InputStream bytes, long size) {
        super(bytes);
        this.size = size;
    }

    /** In bytes. */
    long size() {
        return size;
    }
}
