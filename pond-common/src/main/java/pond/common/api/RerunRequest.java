package pond.common.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import pond.common.problems.Fields;
import pond.common.problems.ProblemCode;
import pond.common.problems.Problems;

/** The body of {@code POST /v1/runs/{id}/rerun}. */
public record RerunRequest(RerunFrom from) {

    /** Reads a body; empty when there is an error among the problems added. */
    public static Optional<RerunRequest> read(JsonNode body, Problems problems) {
        Optional<Fields> fields = Fields.of(body, "", problems.about(ProblemCode.REQUEST_INVALID));
        if (fields.isEmpty()) {
            return Optional.empty();
        }
        RerunFrom from = fields.get().oneOf("from", RerunFrom.class).orElse(RerunFrom.START);
        fields.get().end();
        return problems.hasErrors() ? Optional.empty() : Optional.of(new RerunRequest(from));
    }
}
