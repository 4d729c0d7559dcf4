package pond.common.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer of {@code GET /v1/runs/{id}/logs}.
 *
 * @param next what to give as {@code since} next: the id of the last line, or the same cursor again for an empty page
 * @param complete the run is terminal and there is nothing after this page
 * @param removedAt when the log was removed, because it was old or its project had too much; left out while it is there
 */
public record LogPage(
        List<LogLine> lines,
        long next,
        boolean complete,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Instant removedAt) {

    public LogPage(List<LogLine> lines, long next, boolean complete) {
        this(lines, next, complete, null);
    }
}
