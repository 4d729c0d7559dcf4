package pond.worker.transport;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import java.io.IOException;
import java.io.InputStream;
import okhttp3.MediaType;
import okhttp3.Response;
import okhttp3.ResponseBody;
import org.jspecify.annotations.Nullable;
import pond.common.json.Json;

/** Reads what a success brings. Whatever is not exactly that is an {@link IOException}: it may be a proxy that talks. */
final class Answer {
    /** Far above the largest that a server has to say, which is a list of inputs. */
    private static final int MAX_BYTES = 8 << 20;

    private Answer() {}

    /** Turns the answer to a call into its value. */
    interface Reading<T> {
        @Nullable
        T read(Response response) throws IOException;
    }

    /**
     * The body as a record.
     *
     * @param whole whether each of its fields must be there; else the record itself says what it can do without
     */
    static <T> T record(Response response, Class<T> type, boolean whole) throws IOException {
        if (response.code() != 200) {
            throw unexpected(response);
        }
        byte[] bytes = bounded(response.body(), MAX_BYTES);
        try {
            T value =
                    Json.lenient().readerFor(type).withFeatures(features(whole)).readValue(bytes);
            if (value == null) {
                throw new IOException("the server's answer is empty");
            }
            return value;
        } catch (JacksonException e) {
            // Its own message may quote the body, and with it a lease token or a bearer.
            throw new IOException("the server's answer is not what this worker understands: "
                    + e.getClass().getSimpleName());
        }
    }

    private static DeserializationFeature[] features(boolean whole) {
        return whole
                ? new DeserializationFeature[] {
                    DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
                    DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES,
                    DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES
                }
                : new DeserializationFeature[0];
    }

    /** Only 204 says that the call was done: a 200 with a page in it is somebody else's. */
    static @Nullable Void nothing(Response response) throws IOException {
        if (response.code() != 204) {
            throw unexpected(response);
        }
        return null;
    }

    /** The body as a stream, which closes the answer; reading it fails when it breaks off. */
    static InputStream stream(Response response) throws IOException {
        MediaType type = response.body().contentType();
        if (response.code() != 200 || (type != null && type.subtype().equals("html"))) {
            throw unexpected(response);
        }
        boolean chunked = "chunked".equalsIgnoreCase(response.header("Transfer-Encoding"));
        if (response.body().contentLength() < 0 && !chunked) {
            throw new IOException("the server's answer does not say where it ends");
        }
        return response.body().byteStream();
    }

    static IOException unexpected(Response response) {
        String hint = response.isRedirect() ? ", a redirect, which is not followed: is the URL the server's own?" : "";
        return new IOException("the answer is HTTP " + response.code() + hint);
    }

    /** All of a body, unless it is larger than it may be. */
    static byte[] bounded(ResponseBody body, int most) throws IOException {
        try (InputStream stream = body.byteStream()) {
            byte[] bytes = stream.readNBytes(most + 1);
            if (bytes.length > most) {
                throw new IOException("the server's answer is larger than " + most + " bytes");
            }
            return bytes;
        }
    }
}
