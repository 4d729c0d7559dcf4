package pond.server.workerapi;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import pond.common.json.Json;
import pond.common.problems.Fields;
import pond.common.protocol.ProtocolException;
import pond.common.protocol.Refusal;

/**
 * Reads a record of the protocol from what a worker sent. Fields that are not known are ignored, since a newer worker may
 * send them; a field that is missing is refused by name, so that nobody behind this has to expect null where the record
 * does not.
 */
final class WireRecord {
    private WireRecord() {}

    /**
     * The record.
     *
     * @throws ProtocolException {@link Refusal#INVALID} when the JSON is not of its form; never quotes values
     */
    static <T extends Record> T read(JsonNode json, Class<T> type) {
        T value;
        try {
            value = Json.lenient().treeToValue(json, type);
        } catch (JsonMappingException e) {
            throw invalid("cannot be read", path(e));
        } catch (JsonProcessingException e) {
            throw invalid("cannot be read", "");
        }
        if (value == null) {
            throw invalid("is required", "");
        }
        requireComplete(value, "");
        return value;
    }

    private static void requireComplete(Record value, String path) {
        for (RecordComponent component : value.getClass().getRecordComponents()) {
            String name = path.isEmpty() ? component.getName() : path + "." + component.getName();
            Object part = get(component, value);
            if (part == null && !component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
                throw invalid("is required", name);
            }
            if (part instanceof Record record) {
                requireComplete(record, name);
            } else if (part instanceof Collection<?> all) {
                for (Object one : all) {
                    if (one instanceof Record record) {
                        requireComplete(record, name);
                    }
                }
            }
        }
    }

    private static @Nullable Object get(RecordComponent component, Record value) {
        try {
            return component.getAccessor().invoke(value);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a record of the wire is public", e);
        }
    }

    private static String path(JsonMappingException e) {
        return e.getPath().stream()
                .map(step ->
                        step.getFieldName() == null ? "[" + step.getIndex() + "]" : Fields.shorten(step.getFieldName()))
                .collect(Collectors.joining("."));
    }

    private static ProtocolException invalid(String what, String path) {
        return new ProtocolException(
                Refusal.INVALID, path.isEmpty() ? "the body " + what : "field '" + path + "' of the body " + what);
    }
}
