package pond.common.ids;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Optional;
import java.util.UUID;

/** A run: a UUIDv7, so ids sort by the time of submit. */
public record RunId(UUID value) {
    /** Reads an id that pond itself wrote; throws {@link IllegalArgumentException} on anything else. */
    @JsonCreator
    public static RunId of(String text) {
        return parse(text).orElseThrow(() -> new IllegalArgumentException("not a run id"));
    }

    /** Reads an id from a caller: empty when it is not a UUID in its usual 36 characters. */
    public static Optional<RunId> parse(String text) {
        return Uuids.parse(text).map(RunId::new);
    }

    @JsonValue
    @Override
    public String toString() {
        return value.toString();
    }
}
