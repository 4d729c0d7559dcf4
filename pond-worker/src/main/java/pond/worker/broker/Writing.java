package pond.worker.broker;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;
import pond.worker.broker.http.Headers.Field;

/** The client's side of an answer: its framing, and the one event that may have to be left out. For one thread. */
final class Writing {
    /** An event that is longer than this does not tell usage alone. */
    private static final int MAX_HELD = 64 * 1024;

    private final ClientConnection client;
    private final boolean counted;
    private final boolean dropping;
    private final ByteArrayOutputStream held = new ByteArrayOutputStream();

    /**
     * @param counted whether the length is known, else chunks are written
     * @param dropping whether events are held until it is known that they are not the extra one
     */
    Writing(ClientConnection client, boolean counted, boolean dropping) {
        this.client = client;
        this.counted = counted;
        this.dropping = dropping;
    }

    boolean dropping() {
        return dropping;
    }

    void head(int status, List<Field> fields, OptionalLong length) throws IOException {
        client.writeHead(
                status, fields, counted ? "Content-Length: " + length.orElseThrow() : "Transfer-Encoding: chunked");
    }

    void piece(byte[] bytes, int from, int length) throws IOException {
        if (counted) {
            client.write(bytes, from, length);
        } else {
            byte[] chunk = Chunks.of(bytes, from, length);
            client.write(chunk, 0, chunk.length);
        }
    }

    /** A part of an event, up to its end where {@code ended}; one that is {@code extra} is left out. */
    void event(byte[] bytes, int from, int length, boolean ended, boolean extra) throws IOException {
        held.write(bytes, from, length);
        if (ended && extra) {
            held.reset();
        } else if (ended || held.size() > MAX_HELD) {
            flush();
        }
    }

    void end() throws IOException {
        flush();
        if (!counted) {
            client.write(Chunks.LAST, 0, Chunks.LAST.length);
        }
    }

    /** Writes what is held of an event that will have no end. */
    void flush() throws IOException {
        if (held.size() > 0) {
            byte[] bytes = held.toByteArray();
            held.reset();
            piece(bytes, 0, bytes.length);
        }
    }
}
