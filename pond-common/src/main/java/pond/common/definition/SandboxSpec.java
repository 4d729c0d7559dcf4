package pond.common.definition;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The sandbox block of an executor as submitted; what a worker makes of it is derived there again.
 *
 * @param tier null: the profile's own
 * @param backend null: bubblewrap
 * @param allowHosts names that an {@code untrusted-code-write} stage may reach beside the built-in ones
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SandboxSpec(
        SandboxProfile profile,
        @Nullable SandboxTier tier,
        @Nullable String backend,
        List<String> allowHosts,
        @Nullable Overrides overrides) {

    public SandboxSpec {
        allowHosts = List.copyOf(allowHosts);
    }

    /** Limits that differ from the worker's own; null leaves the worker's. Sizes are bytes with an optional k, m or g. */
    @JsonNaming(SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Overrides(
            @Nullable String memory,
            @Nullable String cpus,
            @Nullable Integer pidsLimit,
            @Nullable String tmpfsSize,
            @Nullable String image) {}
}
