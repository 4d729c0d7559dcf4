package pond.server.errors;

import java.util.List;
import pond.common.problems.Problem;
import pond.common.problems.ProblemCode;

/**
 * A refusal that reaches the caller. The detail is written for that caller: it never holds a path of the host, SQL, or
 * anything that the caller may not know.
 */
public final class PondException extends RuntimeException {
    private final ErrorCode code;
    private final List<Problem> problems;

    public PondException(ErrorCode code, String detail) {
        this(code, detail, List.of());
    }

    private PondException(ErrorCode code, String detail, List<Problem> problems) {
        super(detail);
        this.code = code;
        this.problems = List.copyOf(problems);
    }

    /** Nothing here, or nothing that the caller may know of: the two must look alike. */
    public static PondException notFound(String what) {
        return new PondException(ErrorCode.NOT_FOUND, "there is no such " + what);
    }

    /** A body with problems. */
    public static PondException invalid(List<Problem> problems) {
        return new PondException(ErrorCode.INVALID, "the request has problems that must be mended first", problems);
    }

    /** One field or parameter that cannot be taken. */
    public static PondException invalid(String field, String message) {
        return invalid(List.of(Problem.of(ProblemCode.REQUEST_INVALID, null, field, message)));
    }

    public ErrorCode code() {
        return code;
    }

    /** What is wrong, field by field; empty when the detail says it all. */
    public List<Problem> problems() {
        return problems;
    }
}
