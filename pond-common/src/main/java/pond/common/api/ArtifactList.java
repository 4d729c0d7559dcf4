package pond.common.api;

import java.util.List;

/** The answer of {@code GET /v1/runs/{id}/artifacts}. */
public record ArtifactList(List<ArtifactView> artifacts) {}
