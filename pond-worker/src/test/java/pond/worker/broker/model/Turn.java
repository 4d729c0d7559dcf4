package pond.worker.broker.model;

import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * How the server behaves in one call.
 *
 * @param status other than 200: an error answer
 * @param headers further headers, each a line
 * @param reply changes what is said, before it is put into the wire format
 * @param cutAfter events of a stream after which the connection is cut; -1: never
 * @param pause between two events
 * @param errorInside whether the stream ends with an error
 * @param zipped whether the body comes as gzip, asked or not
 */
public record Turn(
        int status,
        List<String> headers,
        UnaryOperator<Reply> reply,
        int cutAfter,
        Duration pause,
        boolean errorInside,
        boolean zipped) {
    public Turn {
        headers = List.copyOf(headers);
    }

    /** What an agent gets: a call of a tool first, its result block once the tool has answered. */
    public static Turn good() {
        return new Turn(200, List.of(), UnaryOperator.identity(), -1, Duration.ZERO, false, false);
    }

    public static Turn status(int status, String... headers) {
        return new Turn(status, List.of(headers), UnaryOperator.identity(), -1, Duration.ZERO, false, false);
    }

    /** The provider's word for: later. */
    public static Turn tooMany(int retryAfterSeconds) {
        return status(429, "Retry-After: " + retryAfterSeconds);
    }

    public Turn cut(int afterEvents) {
        return new Turn(status, headers, reply, afterEvents, pause, errorInside, zipped);
    }

    public Turn slow(Duration between) {
        return new Turn(status, headers, reply, cutAfter, between, errorInside, zipped);
    }

    public Turn failingInside() {
        return new Turn(status, headers, reply, cutAfter, pause, true, zipped);
    }

    public Turn packed() {
        return new Turn(status, headers, reply, cutAfter, pause, errorInside, true);
    }

    public Turn saying(UnaryOperator<Reply> change) {
        return new Turn(status, headers, change, cutAfter, pause, errorInside, zipped);
    }

    public Turn with(String... lines) {
        return new Turn(status, List.of(lines), reply, cutAfter, pause, errorInside, zipped);
    }
}
