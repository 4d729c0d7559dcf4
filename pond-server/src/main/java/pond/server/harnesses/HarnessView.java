package pond.server.harnesses;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pond.common.swarm.HarnessSpec;
import pond.common.swarm.HarnessSpec.HarnessFile;
import pond.common.swarm.OutputRule;

/**
 * A harness as operators see it.
 *
 * @param preset the one that it was made from, null when it was written by hand
 */
@JsonNaming(SnakeCaseStrategy.class)
public record HarnessView(
        String key,
        String label,
        String capability,
        List<String> commandTemplate,
        List<FileView> files,
        Map<String, String> env,
        OutputRule output,
        @Nullable String preset,
        Instant createdAt,
        Instant updatedAt) {

    /**
     * A file of it.
     *
     * @param size in bytes
     * @param content only where one harness is shown
     */
    public record FileView(
            String path,
            int size,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String content) {}

    static HarnessView of(HarnessStore.Stored stored, boolean whole) {
        HarnessSpec spec = stored.spec();
        return new HarnessView(
                spec.key(),
                spec.label(),
                spec.capability(),
                spec.commandTemplate(),
                spec.files().stream().map(file -> view(file, whole)).toList(),
                spec.env(),
                spec.output(),
                stored.preset(),
                stored.createdAt(),
                stored.updatedAt());
    }

    private static FileView view(HarnessFile file, boolean whole) {
        int size = file.content().getBytes(StandardCharsets.UTF_8).length;
        return new FileView(file.path(), size, whole ? file.content() : null);
    }
}
