package pond.common.api;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import pond.common.ids.ArtifactName;

/** A file that a stage left behind: size in bytes, SHA-256 in hex, and the type that the server serves it with. */
public record ArtifactView(
        ArtifactName name,
        long size,
        String sha256,
        String contentType,
        String stage,
        @Nullable String substage,
        Instant createdAt) {}
