package pond.common.ids;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Optional;
import java.util.UUID;

/** A job: one attempt of one stage (or substage) of a run. */
public record JobId(UUID value) {
    /** Reads an id that pond itself wrote; throws {@link IllegalArgumentException} on anything else. */
    @JsonCreator
    public static JobId of(String text) {
        return parse(text).orElseThrow(() -> new IllegalArgumentException("not a job id"));
    }

    /** Reads an id from a caller: empty when it is not a UUID in its usual 36 characters. */
    public static Optional<JobId> parse(String text) {
        return Uuids.parse(text).map(JobId::new);
    }

    @JsonValue
    @Override
    public String toString() {
        return value.toString();
    }
}
