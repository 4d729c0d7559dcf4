package pond.server.cli.client;

import java.util.List;
import org.jspecify.annotations.Nullable;
import pond.common.problems.Problem;
import pond.server.cli.text.Terminal;

/** The server understood and refused; the message has its words. */
public final class Refused extends RuntimeException {
    private final int status;

    /** @param status of HTTP */
    public Refused(int status, String message) {
        super(message);
        this.status = status;
    }

    /** The status of HTTP. */
    public int status() {
        return status;
    }

    /** A detail with its problems, a line each. */
    public static String describe(@Nullable String detail, List<Problem> problems) {
        StringBuilder text = new StringBuilder(Terminal.clean(String.valueOf(detail)));
        for (Problem problem : problems) {
            text.append(System.lineSeparator())
                    .append("  ")
                    .append(problem.severity())
                    .append(' ')
                    .append(problem.code());
            if (problem.field() != null) {
                text.append(" at ").append(Terminal.clean(problem.field()));
            }
            text.append(": ").append(Terminal.clean(problem.message()));
        }
        return text.toString();
    }
}
