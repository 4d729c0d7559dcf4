package pond.common.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer of {@code GET /v1/runs/{id}/artifacts}.
 *
 * @param removedAt when the artifacts, if there were any, were removed, because they were old or their project had too
 *     much; left out while they are there
 */
public record ArtifactList(
        List<ArtifactView> artifacts,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Instant removedAt) {

    public ArtifactList(List<ArtifactView> artifacts) {
        this(artifacts, null);
    }
}
