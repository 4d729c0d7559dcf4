package pond.server.artifacts;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Some bytes of a file as a stream; closing it closes the file and says so. For one thread. */
final class FileSlice extends InputStream {
    private final FileChannel file;
    private final Runnable onClose;
    private long position;
    private long left;
    private boolean closed;

    FileSlice(FileChannel file, ByteRange range, Runnable onClose) {
        this.file = file;
        this.position = range.first();
        this.left = range.length();
        this.onClose = onClose;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (left == 0) {
            return -1;
        }
        int read = file.read(ByteBuffer.wrap(buffer, offset, (int) Math.min(length, left)), position);
        if (read > 0) {
            position += read;
            left -= read;
        }
        return read;
    }

    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        try {
            file.close();
        } finally {
            onClose.run();
        }
    }
}
