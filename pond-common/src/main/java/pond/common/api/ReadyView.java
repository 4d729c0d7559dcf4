package pond.common.api;

import java.util.Map;

/** The answer of {@code GET /health/ready}: each check with {@code ok} or what is wrong. */
public record ReadyView(boolean ready, Map<String, String> checks) {}
