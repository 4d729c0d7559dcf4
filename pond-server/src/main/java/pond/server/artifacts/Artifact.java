package pond.server.artifacts;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import pond.common.api.ArtifactView;
import pond.common.ids.ArtifactName;

/** An artifact that a run shows; {@link ArtifactService#open} has its bytes. */
public record Artifact(
        int stagePosition,
        String stage,
        @Nullable String substage,
        ArtifactName name,
        Digest digest,
        String contentType,
        Instant createdAt) {

    /** As callers of /v1 see it. */
    public ArtifactView view() {
        return new ArtifactView(name, digest.size(), digest.sha256(), contentType, stage, substage, createdAt);
    }
}
