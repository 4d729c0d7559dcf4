package pond.common.api;

import java.util.List;

/** The answer of {@code GET /v1/runs/{id}}: the run, and its stages in the order of the definition. */
public record RunDetails(RunView run, List<StageView> stages) {}
