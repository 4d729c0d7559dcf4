package pond.server.cli;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import pond.common.api.RunStatus;
import pond.server.errors.ErrorCode;

/** What the exit code of a command says. There is one table for all commands, which the help of each of them shows. */
public final class ExitCode {
    public static final int OK = 0;
    /** The run that was waited for failed, a preflight found errors, or something went wrong on this machine. */
    public static final int FAILED = 1;
    /** The command line, a setting or a definition is wrong, by our word or by the server's. */
    public static final int USAGE = 2;
    /** The run that was waited for was cancelled. */
    public static final int CANCELLED = 3;
    /** No answer, or one that tells of a fault of the server. */
    public static final int UNREACHABLE = 4;
    /** What was waited for has not come in the time that was given. */
    public static final int TIME_IS_UP = 5;
    /** The server understood and refused. */
    public static final int REFUSED = 6;

    private static final int HTTP_BAD_REQUEST = 400;
    private static final int HTTP_INVALID = 422;
    private static final int HTTP_SERVER_FAULT = 500;

    private ExitCode() {}

    /** The codes in order, each with what it says. */
    public static Map<String, String> table() {
        Map<String, String> table = new LinkedHashMap<>();
        table.put("0", "it worked; of a run that was waited for: it is done");
        table.put("1", "the run failed, a preflight found errors, or something went wrong on this machine");
        table.put("2", "the command line, a setting or a definition is wrong (also HTTP 400 and 422)");
        table.put("3", "the run was cancelled");
        table.put("4", "the server is out of reach, or has a fault of its own (HTTP 500 and above)");
        table.put("5", "the time that --timeout gave is up");
        table.put("6", "the server refused (HTTP 401, 403, 404, 409, 429)");
        return Collections.unmodifiableMap(table);
    }

    /** How a run has ended; one that has not was waited for too long. */
    public static int of(RunStatus status) {
        return switch (status) {
            case DONE -> OK;
            case FAILED -> FAILED;
            case CANCELLED -> CANCELLED;
            case QUEUED, RUNNING, CANCELLING -> TIME_IS_UP;
        };
    }

    /** Of several runs: what is worst to hear first. */
    public static int of(Collection<RunStatus> statuses) {
        if (!statuses.stream().allMatch(RunStatus::isTerminal)) {
            return TIME_IS_UP;
        }
        if (statuses.contains(RunStatus.FAILED)) {
            return FAILED;
        }
        return statuses.contains(RunStatus.CANCELLED) ? CANCELLED : OK;
    }

    /** What an answer that is no success comes to. */
    static int ofHttp(int status) {
        if (status == HTTP_BAD_REQUEST || status == HTTP_INVALID) {
            return USAGE;
        }
        // A redirect is not followed, so whoever sent it is not the server.
        boolean understood = status >= HTTP_BAD_REQUEST && status < HTTP_SERVER_FAULT;
        return understood ? REFUSED : UNREACHABLE;
    }

    /** The same for refusals without HTTP. */
    static int of(ErrorCode code) {
        return switch (code) {
            case MALFORMED, INVALID -> USAGE;
            case UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, GONE, CONFLICT, TOO_LARGE, LIMITED -> REFUSED;
            case TOO_SLOW, UNAVAILABLE -> FAILED;
        };
    }
}
