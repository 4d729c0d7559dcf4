package pond.common.problems;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * One thing that is wrong, or doubtful, in a body.
 *
 * @param stage the key of the stage it is about, null when it is about none
 * @param message what to do about it; begins with {@code stage '<key>': } when it is about a stage
 * @param field where in the body, such as {@code sources[0].config.url}, or within the definition, such as
 *     {@code stages[0].executor.argv}; null when it is about no field
 */
public record Problem(
        @JsonProperty("stage") @Nullable String stage,
        @JsonProperty("severity") Severity severity,
        @JsonProperty("code") ProblemCode code,
        @JsonProperty("message") String message,
        @JsonProperty("field") @Nullable String field) {

    /** A problem with the weight of its code, and the prefix that messages about a stage have. */
    public static Problem of(ProblemCode code, @Nullable String stage, @Nullable String field, String message) {
        String text = stage == null ? message : "stage '" + stage + "': " + message;
        return new Problem(stage, code.severity(), code, text, field);
    }
}
