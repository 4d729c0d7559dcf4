package pond.common.api;

import org.jspecify.annotations.Nullable;

/** The answer of {@code GET /health}. */
public record HealthView(String status, @Nullable String label, String version) {}
