package pond.common.api;

import java.util.List;

/**
 * The answer of {@code GET /v1/runs/{id}/logs}.
 *
 * @param next what to give as {@code since} next: the id of the last line, or the same cursor again for an empty page
 * @param complete the run is terminal and there is nothing after this page
 */
public record LogPage(List<LogLine> lines, long next, boolean complete) {}
