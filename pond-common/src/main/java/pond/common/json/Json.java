package pond.common.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.TreeMap;

/**
 * pond's two mappers. Both are immutable after construction and safe to share between threads.
 *
 * <p>{@link #strict()} reads what callers of /v1 send: an unknown field, a field given twice or text after the end is
 * an error. {@link #lenient()} reads what servers and workers send each other: unknown fields are ignored, so that an
 * older side understands a newer one. Times are RFC 3339 in UTC with three digits of a second in both, spans are
 * ISO 8601 ({@code PT30S}), and a number that a caller wrote comes back with every digit that it had.
 */
public final class Json {
    /** Deeper nesting than this is refused; the default of the library would let a body cost a deep stack. */
    private static final int MAX_NESTING = 64;

    private static final DateTimeFormatter MILLIS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);
    private static final ObjectMapper STRICT = build(true);
    private static final ObjectMapper LENIENT = build(false);

    private Json() {}

    /** The mapper for /v1: refuses unknown and repeated fields. */
    public static ObjectMapper strict() {
        return STRICT;
    }

    /** The mapper for the worker protocol and for what pond itself stored: ignores unknown fields. */
    public static ObjectMapper lenient() {
        return LENIENT;
    }

    /** Writes a value that pond made; such a value always has a JSON form. */
    public static String write(Object value) {
        try {
            return LENIENT.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads JSON that pond itself wrote earlier. */
    public static <T> T read(String json, Class<T> type) {
        try {
            return LENIENT.readValue(json, type);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads JSON that pond itself wrote earlier, as a tree. */
    public static JsonNode readTree(String json) {
        return read(json, JsonNode.class);
    }

    /** The same value for bodies that differ only in white space and in the order of their fields. */
    public static String canonical(JsonNode node) {
        return write(sorted(node));
    }

    private static Object sorted(JsonNode node) {
        if (node.isObject()) {
            Map<String, Object> fields = new TreeMap<>();
            node.properties().forEach(field -> fields.put(field.getKey(), sorted(field.getValue())));
            return fields;
        }
        if (node.isArray()) {
            return node.valueStream().map(Json::sorted).toList();
        }
        return node;
    }

    private static ObjectMapper build(boolean strict) {
        JsonFactory factory = JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(MAX_NESTING)
                        .build())
                .configure(StreamReadFeature.STRICT_DUPLICATE_DETECTION, strict)
                .build();
        return JsonMapper.builder(factory)
                .addModule(new Jdk8Module())
                .addModule(new JavaTimeModule())
                .addModule(new SimpleModule().addSerializer(Instant.class, new MillisSerializer()))
                .configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, strict)
                .configure(DeserializationFeature.FAIL_ON_TRAILING_TOKENS, strict)
                .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
                // As double, 1e999 would be infinity, which is no number in JSON, and long fractions would be cut.
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
                .defaultPropertyInclusion(
                        JsonInclude.Value.construct(JsonInclude.Include.ALWAYS, JsonInclude.Include.ALWAYS))
                .build();
    }

    /** The library drops trailing zeros of a second; a fixed width sorts and reads better. */
    private static final class MillisSerializer extends JsonSerializer<Instant> {
        @Override
        public void serialize(Instant value, JsonGenerator json, SerializerProvider provider) throws IOException {
            json.writeString(MILLIS.format(value));
        }
    }
}
