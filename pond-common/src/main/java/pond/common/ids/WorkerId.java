package pond.common.ids;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Optional;
import java.util.UUID;

/**
 * A worker: either its identity, the same over all its restarts, or its attachment, new each time a process attaches.
 * Which of the two is meant is said where one is used.
 */
public record WorkerId(UUID value) {
    /** Reads an id that pond itself wrote; throws {@link IllegalArgumentException} on anything else. */
    @JsonCreator
    public static WorkerId of(String text) {
        return parse(text).orElseThrow(() -> new IllegalArgumentException("not a worker id"));
    }

    /** Reads an id from a caller: empty when it is not a UUID in its usual 36 characters. */
    public static Optional<WorkerId> parse(String text) {
        return Uuids.parse(text).map(WorkerId::new);
    }

    @JsonValue
    @Override
    public String toString() {
        return value.toString();
    }
}
