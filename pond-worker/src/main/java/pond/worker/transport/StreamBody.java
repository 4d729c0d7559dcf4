package pond.worker.transport;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import okio.BufferedSink;

/** So many bytes of a stream, copied through a small buffer. The caller closes the stream. */
final class StreamBody extends RequestBody {
    private static final MediaType TYPE = MediaType.get("application/octet-stream");
    private static final int CHUNK = 64 * 1024;

    private final InputStream bytes;
    private final long length;

    StreamBody(InputStream bytes, long length) {
        this.bytes = bytes;
        this.length = length;
    }

    @Override
    public MediaType contentType() {
        return TYPE;
    }

    @Override
    public long contentLength() {
        return length;
    }

    @Override
    public boolean isOneShot() {
        return true;
    }

    @Override
    public void writeTo(BufferedSink sink) throws IOException {
        byte[] chunk = new byte[CHUNK];
        long left = length;
        while (left > 0) {
            int read = bytes.read(chunk, 0, (int) Math.min(left, chunk.length));
            if (read < 0) {
                throw new EOFException("the artifact is shorter than was announced, by " + left + " bytes");
            }
            sink.write(chunk, 0, read);
            left -= read;
        }
    }
}
