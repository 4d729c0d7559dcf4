package pond.worker.executors.builtin;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import pond.common.json.Json;

/** Writes records as JSON, one a line in UTF-8, up to a bound on bytes. Closes the stream. For one thread. */
final class Records implements AutoCloseable {
    private final ObjectMapper json = Json.lenient();
    private final OutputStream out;
    private final long maxBytes;
    private long bytes;
    private long leftOut;

    Records(OutputStream out, long maxBytes) {
        this.out = out;
        this.maxBytes = maxBytes;
    }

    /** Appends a record; the map's order is that of the fields. */
    void write(Map<String, ?> fields) throws IOException {
        byte[] line = json.writeValueAsBytes(fields);
        if (leftOut > 0 || bytes + line.length + 1 > maxBytes) {
            leftOut++;
            return;
        }
        out.write(line);
        out.write('\n');
        bytes += line.length + 1;
    }

    /** Records that were over the bound. */
    long leftOut() {
        return leftOut;
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
