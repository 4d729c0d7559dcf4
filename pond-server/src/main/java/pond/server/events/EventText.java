package pond.server.events;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.ByteArrayOutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import pond.common.api.LogLine;
import pond.common.api.RunDetails;
import pond.common.json.Json;

/** Events as {@code text/event-stream} has them. Data is JSON on one line, so it needs no cutting up. For one thread. */
final class EventText {
    private static final byte[] NOTHING = "{}".getBytes(US_ASCII);

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** A comment; it only shows that the connection is alive. */
    static ByteBuffer ping() {
        return readOnly(": ping\n\n".getBytes(US_ASCII));
    }

    /** How long a reader should wait before it connects again. */
    static ByteBuffer retry(long millis) {
        return readOnly(("retry: " + millis + "\n\n").getBytes(US_ASCII));
    }

    void run(Cursor id, RunDetails details) {
        event("run", id, json(details));
    }

    void log(Cursor id, LogLine line) {
        event("log", id, json(line));
    }

    void end(Cursor id) {
        event("end", id, NOTHING);
    }

    boolean isEmpty() {
        return out.size() == 0;
    }

    ByteBuffer bytes() {
        return readOnly(out.toByteArray());
    }

    private static ByteBuffer readOnly(byte[] bytes) {
        return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
    }

    private void event(String name, Cursor id, byte[] data) {
        out.writeBytes(("id: " + id + "\nevent: " + name + "\ndata: ").getBytes(US_ASCII));
        out.writeBytes(data);
        out.write('\n');
        out.write('\n');
    }

    /** As the polling calls write it. */
    private static byte[] json(Object value) {
        try {
            return Json.strict().writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
