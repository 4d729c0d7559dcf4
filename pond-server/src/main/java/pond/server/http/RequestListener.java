package pond.server.http;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Who is told of every request, on threads of HTTP; it must be quick, and safe for use by several threads. */
public interface RequestListener {
    /** For those who are not there. */
    RequestListener NONE = new RequestListener() {
        @Override
        public @Nullable TraceIds begun(@Nullable String traceparent) {
            return null;
        }

        @Override
        public void ended(Seen request) {}
    };

    /**
     * A request has come.
     *
     * @param traceparent the header of that name, as its caller wrote it
     * @return under which ids its span will be; null when there will be none
     */
    @Nullable
    TraceIds begun(@Nullable String traceparent);

    /** Its answer is out, or nobody is there to take it any more. */
    void ended(Seen request);

    /**
     * A request, when it is over.
     *
     * @param method one that is known, or {@code _OTHER}
     * @param route the template of its path, such as {@code /v1/runs/{id}}; {@code none} when it matched none
     * @param status of the answer
     * @param location the header of that name in the answer
     */
    record Seen(
            String method,
            String route,
            int status,
            Duration took,
            @Nullable TraceIds trace,
            @Nullable String location) {}
}
