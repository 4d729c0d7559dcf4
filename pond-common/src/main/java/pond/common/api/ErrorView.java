package pond.common.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pond.common.problems.Problem;

/**
 * Every answer that is not a success, as RFC 9457 has it ({@code application/problem+json}).
 *
 * @param type a URI that names the kind of error, {@code about:blank} when the status says it all
 * @param problems what is wrong, field by field; left out when there is no such list
 * @param refusal what a worker is to do about it, a {@code Refusal}; left out for everybody else
 */
public record ErrorView(
        String type,
        String title,
        int status,
        String detail,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable List<Problem> problems,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String refusal) {
    public ErrorView(String type, String title, int status, String detail, @Nullable List<Problem> problems) {
        this(type, title, status, detail, problems, null);
    }
}
