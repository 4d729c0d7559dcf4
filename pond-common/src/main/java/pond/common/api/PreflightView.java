package pond.common.api;

import java.util.List;
import pond.common.problems.Problem;

/** The answer of {@code POST /v1/runs/preflight}; {@code ok} is false exactly when there is an error among them. */
public record PreflightView(boolean ok, List<Problem> problems) {}
