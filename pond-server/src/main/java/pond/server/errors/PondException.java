package pond.server.errors;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import pond.common.problems.Problem;
import pond.common.problems.ProblemCode;

/**
 * A refusal that reaches the caller. The detail is written for that caller: it never holds a path of the host, SQL, or
 * anything that the caller may not know.
 */
public final class PondException extends RuntimeException {
    private final ErrorCode code;
    private final List<Problem> problems;
    private final @Nullable Duration retryAfter;

    public PondException(ErrorCode code, String detail) {
        this(code, detail, List.of(), null);
    }

    private PondException(ErrorCode code, String detail, List<Problem> problems, @Nullable Duration retryAfter) {
        super(detail);
        this.code = code;
        this.problems = List.copyOf(problems);
        this.retryAfter = retryAfter;
    }

    /** Nothing here, or nothing that the caller may know of: the two must look alike. */
    public static PondException notFound(String what) {
        return new PondException(ErrorCode.NOT_FOUND, "there is no such " + what);
    }

    /** A body with problems. */
    public static PondException invalid(List<Problem> problems) {
        return new PondException(
                ErrorCode.INVALID, "the request has problems that must be mended first", problems, null);
    }

    /** One field or parameter that cannot be taken. */
    public static PondException invalid(String field, String message) {
        return invalid(List.of(Problem.of(ProblemCode.REQUEST_INVALID, null, field, message)));
    }

    /** This caller has all that it may have. */
    public static PondException limited(ProblemCode why, String detail, Duration retryAfter) {
        return new PondException(ErrorCode.LIMITED, detail, List.of(Problem.of(why, null, null, detail)), retryAfter);
    }

    /** The server has no room for this call now, whoever makes it. */
    public static PondException unavailable(ProblemCode why, String detail, Duration retryAfter) {
        return new PondException(
                ErrorCode.UNAVAILABLE, detail, List.of(Problem.of(why, null, null, detail)), retryAfter);
    }

    public ErrorCode code() {
        return code;
    }

    /** What is wrong, field by field; empty when the detail says it all. */
    public List<Problem> problems() {
        return problems;
    }

    /** When another try may be worth it, where that is known. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
