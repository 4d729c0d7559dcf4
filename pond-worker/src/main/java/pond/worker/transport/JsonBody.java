package pond.worker.transport;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.zip.GZIPOutputStream;
import okhttp3.MediaType;
import okhttp3.Request;
import okhttp3.RequestBody;
import okio.BufferedSink;
import pond.common.json.Json;

/** A record as JSON; compressed when that is worth it. */
final class JsonBody extends RequestBody {
    static final MediaType TYPE = MediaType.get("application/json");
    /** Less than this fits into one packet anyway. */
    private static final int WORTH_GZIP = 1024;

    private final byte[] bytes;

    private JsonBody(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Makes the value the request's body. */
    static Request.Builder post(Request.Builder request, Object value) {
        try {
            byte[] plain = Json.lenient().writeValueAsBytes(value);
            return plain.length <= WORTH_GZIP
                    ? request.post(new JsonBody(plain))
                    : request.post(new JsonBody(gzip(plain))).header("Content-Encoding", "gzip");
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    static RequestBody empty() {
        return new JsonBody(new byte[0]);
    }

    @Override
    public MediaType contentType() {
        return TYPE;
    }

    @Override
    public long contentLength() {
        return bytes.length;
    }

    /** Else the library itself sends it again after a 503 that says {@code Retry-After: 0}. */
    @Override
    public boolean isOneShot() {
        return true;
    }

    @Override
    public void writeTo(BufferedSink sink) throws IOException {
        sink.write(bytes);
    }

    private static byte[] gzip(byte[] plain) {
        ByteArrayOutputStream small = new ByteArrayOutputStream(plain.length / 4);
        try (GZIPOutputStream gzip = new GZIPOutputStream(small)) {
            gzip.write(plain);
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
        return small.toByteArray();
    }
}
