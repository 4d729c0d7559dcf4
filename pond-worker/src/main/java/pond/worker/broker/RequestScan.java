package pond.worker.broker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import pond.worker.broker.meter.Format;
import pond.worker.broker.meter.JsonScan;

/** What the broker must know of a request's body. Keys count in any case, as some servers read them so. For one thread. */
final class RequestScan {
    private static final Set<String> PATHS = Set.of("model", "stream", "stream_options", "background");
    private static final String ASK = "\"stream_options\":{\"include_usage\":true}";

    private final JsonScan scan = new JsonScan(PATHS, Set.of(), true);

    void feed(byte[] bytes, int from, int length) {
        scan.feed(bytes, from, length);
    }

    Optional<String> model() {
        return scan.text("model");
    }

    /**
     * Why this request cannot be forwarded: what the broker reads and what the provider reads must be the same, and usage
     * must come with the answer.
     */
    Optional<String> problem(Format format) {
        if (!scan.complete()) {
            return Optional.of("the body is not one JSON object");
        }
        for (String path : PATHS) {
            if (scan.found(path).filter(found -> found.times() > 1).isPresent()) {
                return Optional.of("the body has '" + path + "' twice");
            }
        }
        boolean background = scan.found("background")
                .filter(found -> found.json().equals("true"))
                .isPresent();
        return format == Format.RESPONSES && background
                ? Optional.of("a response in the background cannot be metered")
                : Optional.empty();
    }

    /** Whether this asks for a stream that would not tell its usage. */
    boolean mustAskForUsage() {
        // Some servers take any value but these for a yes.
        boolean stream = scan.found("stream")
                .filter(found -> !Set.of("false", "null", "0").contains(found.json()))
                .isPresent();
        return stream
                && scan.node("stream_options")
                        .filter(options -> options.path("include_usage").asBoolean())
                        .isEmpty();
    }

    /** The same body, asking for usage; the rest of it stays byte for byte. */
    static byte[] askingForUsage(byte[] body, RequestScan of) {
        Optional<JsonScan.Found> options = of.scan.found("stream_options");
        int from = 0;
        int until = 0;
        String put;
        if (options.isPresent()) {
            from = (int) options.get().start();
            until = (int) options.get().end();
            JsonNode given = of.scan.node("stream_options").orElse(JsonNodeFactory.instance.objectNode());
            ObjectNode asking = given.isObject() ? (ObjectNode) given : JsonNodeFactory.instance.objectNode();
            put = asking.put("include_usage", true).toString();
        } else {
            while (body[from] != '{') {
                from++;
            }
            from++;
            until = from;
            put = ASK + ",";
        }
        ByteArrayOutputStream whole = new ByteArrayOutputStream(body.length + put.length());
        whole.write(body, 0, from);
        whole.writeBytes(put.getBytes(StandardCharsets.US_ASCII));
        whole.write(body, until, body.length - until);
        return whole.toByteArray();
    }
}
