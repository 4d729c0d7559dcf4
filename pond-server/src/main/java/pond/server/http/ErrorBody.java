package pond.server.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.javalin.http.HttpStatus;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pond.common.api.ErrorView;
import pond.common.json.Json;
import pond.common.problems.Problem;
import pond.common.protocol.Refusal;

/** The body of every error: a problem document as RFC 9457 has it. */
final class ErrorBody {
    static final String CONTENT_TYPE = "application/problem+json";
    /** Seconds; long enough for a restart or for a queue to drain, short enough not to be noticed. */
    static final String RETRY_AFTER = "2";

    private ErrorBody() {}

    static byte[] of(int status, String detail, List<Problem> problems) {
        return of(status, detail, problems, null);
    }

    /** @param refusal what a worker is to do about it; null for everybody else */
    static byte[] of(int status, String detail, List<Problem> problems, @Nullable Refusal refusal) {
        String title = HttpStatus.forStatus(status).getMessage();
        try {
            return Json.strict()
                    .writeValueAsBytes(new ErrorView(
                            "about:blank",
                            title,
                            status,
                            detail,
                            problems.isEmpty() ? null : problems,
                            refusal == null ? null : refusal.toString()));
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
