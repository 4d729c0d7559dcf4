package pond.server.http;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.javalin.http.Context;
import io.javalin.http.UnsupportedMediaTypeResponse;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;
import pond.common.json.Json;
import pond.server.errors.ErrorCode;
import pond.server.errors.PondException;

/** Reads a request's JSON body. What is wrong with it is said by place, never by quoting it: a body may hold secrets. */
public final class Bodies {
    /** The most bytes of a JSON body, after decompression. */
    public static final int MAX_BYTES = 8 * 1024 * 1024;

    /** Who is still sending when the connection closes sees no answer, only a reset; so much is read for its sake. */
    private static final long MAX_DRAINED = 4L * MAX_BYTES;

    private static final Pattern JSON_TYPE =
            Pattern.compile("application/(?:[a-z0-9.-]+\\+)?json\\s*(?:;\\s*charset\\s*=\\s*\"?utf-8\"?\\s*)?;?\\s*");

    private Bodies() {}

    /**
     * The body as a tree. Refused: a content type that is not JSON (415), more than {@link #MAX_BYTES} (413), and
     * anything but exactly one JSON value in UTF-8 without repeated fields (400), and one that takes too long to arrive (408).
     */
    public static JsonNode json(Context ctx) throws IOException {
        requireJson(ctx);
        byte[] bytes = read(ctx);
        if (bytes.length == 0) {
            throw new PondException(ErrorCode.MALFORMED, "the body is empty; a JSON object is wanted");
        }
        return parse(bytes);
    }

    /** The same for a call that may leave its body out, and its type with it: an empty object then. */
    public static JsonNode jsonOrNothing(Context ctx) throws IOException {
        byte[] bytes = read(ctx);
        if (bytes.length == 0) {
            return JsonNodeFactory.instance.objectNode();
        }
        requireJson(ctx);
        return parse(bytes);
    }

    private static void requireJson(Context ctx) {
        String type = ctx.header("Content-Type");
        if (type == null || !JSON_TYPE.matcher(type.toLowerCase(Locale.ROOT)).matches()) {
            throw new UnsupportedMediaTypeResponse("the body must be JSON in UTF-8: Content-Type: application/json");
        }
    }

    private static byte[] read(Context ctx) throws IOException {
        InputStream arriving = arriving(ctx);
        long announced = ctx.req().getContentLengthLong();
        if (announced > MAX_BYTES) {
            if (announced <= MAX_DRAINED) {
                arriving.skipNBytes(announced);
            }
            throw tooLarge();
        }
        String encoding = ctx.header("Content-Encoding");
        if (encoding == null || encoding.isBlank() || encoding.equalsIgnoreCase("identity")) {
            return capped(arriving);
        }
        if (!encoding.equalsIgnoreCase("gzip")) {
            throw new UnsupportedMediaTypeResponse("the body may be compressed with gzip, or not at all");
        }
        byte[] compressed = capped(arriving);
        try (InputStream inflated = new GZIPInputStream(new ByteArrayInputStream(compressed))) {
            return capped(inflated);
        } catch (ZipException | EOFException e) {
            throw new PondException(ErrorCode.MALFORMED, "the body is not gzip, though Content-Encoding says so");
        }
    }

    private static InputStream arriving(Context ctx) {
        Long due = ctx.attribute(FrontDoor.BODY_DUE);
        if (due == null) {
            throw new IllegalStateException("a request came in by another door");
        }
        return new DueStream(ctx.bodyInputStream(), due, System::nanoTime);
    }

    private static byte[] capped(InputStream in) throws IOException {
        byte[] bytes = in.readNBytes(MAX_BYTES + 1);
        if (bytes.length > MAX_BYTES) {
            throw tooLarge();
        }
        return bytes;
    }

    private static PondException tooLarge() {
        return new PondException(ErrorCode.TOO_LARGE, "a JSON body may have " + MAX_BYTES + " bytes at most");
    }

    private static JsonNode parse(byte[] bytes) {
        try {
            JsonNode tree = Json.strict().readTree(bytes);
            if (tree.isMissingNode()) {
                throw new PondException(ErrorCode.MALFORMED, "the body is empty; a JSON object is wanted");
            }
            return tree;
        } catch (StreamConstraintsException e) {
            throw malformed("the body is nested too deeply, or a number or name in it is too long", e.getLocation());
        } catch (JsonProcessingException e) {
            boolean repeated = String.valueOf(e.getOriginalMessage()).startsWith("Duplicate field");
            throw malformed(repeated ? "the body has the same field twice" : "the body is not JSON", e.getLocation());
        } catch (IOException e) {
            // Only the decoder is left: the bytes are in memory already.
            throw malformed("the body is not UTF-8", null);
        }
    }

    private static PondException malformed(String what, @Nullable JsonLocation where) {
        String place = where == null || where.getLineNr() < 1
                ? ""
                : " (line " + where.getLineNr() + ", column " + where.getColumnNr() + ")";
        return new PondException(ErrorCode.MALFORMED, what + place);
    }
}
