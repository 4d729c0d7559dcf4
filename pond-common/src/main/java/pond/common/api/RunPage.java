package pond.common.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The answer of {@code GET /v1/runs}: newest first; {@code next} is null on the last page. */
public record RunPage(List<RunView> runs, @Nullable String next) {}
