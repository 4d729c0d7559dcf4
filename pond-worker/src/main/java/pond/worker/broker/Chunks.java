package pond.worker.broker;

import java.nio.charset.StandardCharsets;

/** The framing of a body whose length is not known before its end. */
final class Chunks {
    static final byte[] LAST = "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private Chunks() {}

    /** These bytes as one chunk. */
    static byte[] of(byte[] bytes, int from, int length) {
        byte[] size = (Integer.toHexString(length) + "\r\n").getBytes(StandardCharsets.US_ASCII);
        byte[] chunk = new byte[size.length + length + 2];
        System.arraycopy(size, 0, chunk, 0, size.length);
        System.arraycopy(bytes, from, chunk, size.length, length);
        chunk[chunk.length - 2] = '\r';
        chunk[chunk.length - 1] = '\n';
        return chunk;
    }
}
