package pond.server.http;

import java.time.Duration;
import java.util.HexFormat;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What every request passes first, before routing: it gets its id (in the response, and in the log through the MDC), the
 * headers that all responses have, and a line in the log at debug. Requests that the router would misread stop here.
 */
final class FrontDoor extends Handler.Wrapper {
    static final String REQUEST_ID_HEADER = "X-Request-Id";
    /** The request's attribute that holds its id. */
    static final String REQUEST_ID = "pond.request";
    /** The name of the request's id in the MDC. */
    static final String LOGGED_ID = "request";
    /** The request's attribute that holds the connection, for {@link Hangups}. */
    static final String CONNECTION = "pond.connection";
    /** The request's attribute that says when its body must be here, in the time of {@link System#nanoTime}. */
    static final String BODY_DUE = "pond.bodyDue";

    private static final Logger LOG = LoggerFactory.getLogger("pond.server.http.access");
    private static final Pattern CALLERS_ID = Pattern.compile("[A-Za-z0-9._-]{1,128}");
    private static final Pattern STRAY_PERCENT = Pattern.compile("%(?![0-9A-Fa-f]{2})");
    private static final Set<String> METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE");
    private static final String OTHER_METHOD = "_OTHER";
    /** The router takes the method from this header if it is there: a GET could become a DELETE behind a proxy's back. */
    private static final String METHOD_OVERRIDE = "X-HTTP-Method-Override";

    private final Answers answers;
    private final BusyConnections busy;
    private final long bodyNanos;

    /**
     * Made once for a server.
     *
     * @param answers knows whether new requests are turned away, and who is told of those that are served
     * @param busy is told of every request that is not turned away
     * @param bodyDeadline how long a JSON body may take to arrive
     */
    FrontDoor(Answers answers, BusyConnections busy, Duration bodyDeadline) {
        this.answers = answers;
        this.busy = busy;
        this.bodyNanos = bodyDeadline.toNanos();
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        String id = requestId(request);
        request.setAttribute(REQUEST_ID, id);
        request.setAttribute(
                CONNECTION,
                request.getConnectionMetaData().getConnection().getEndPoint().getTransport());
        request.setAttribute(BODY_DUE, System.nanoTime() + bodyNanos);
        standardHeaders(response.getHeaders(), id);
        RequestListener listener = answers.listener();
        Passage passage = new Passage(id, listener.begun(request.getHeaders().get("traceparent")));
        passage.begin(request);
        answers.begun();
        TimedConnection connection = TimedConnection.of(request);
        if (connection != null) {
            connection.begun();
        }
        Request.addCompletionListener(request, failure -> {
            if (connection != null) {
                connection.ended();
            }
            ended(request, response, passage, listener);
        });
        passage.enter();
        try {
            OptionalInt refusal = refusal(request);
            if (refusal.isPresent()) {
                if (answers.isEnding()) {
                    response.getHeaders().put(HttpHeader.CONNECTION, "close");
                }
                Response.writeError(request, response, callback, refusal.getAsInt());
                return true;
            }
            busy.add(request);
            return super.handle(withoutOverride(request), response, callback);
        } finally {
            passage.leave();
        }
    }

    private OptionalInt refusal(Request request) {
        if (answers.isEnding()) {
            return OptionalInt.of(503);
        }
        if (!METHODS.contains(request.getMethod())) {
            return OptionalInt.of(501);
        }
        return isReadable(request) ? OptionalInt.empty() : OptionalInt.of(400);
    }

    /** The id of a request, also of one that broke off before it got here. */
    static String requestId(Request request) {
        if (request.getAttribute(REQUEST_ID) instanceof String id) {
            return id;
        }
        String given = request.getHeaders().get(REQUEST_ID_HEADER);
        return given != null && CALLERS_ID.matcher(given).matches() ? given : newId();
    }

    static void standardHeaders(HttpFields.Mutable headers, String requestId) {
        headers.put(REQUEST_ID_HEADER, requestId);
        headers.put("X-Content-Type-Options", "nosniff");
        headers.put(HttpHeader.CACHE_CONTROL, "no-store");
    }

    private static String newId() {
        return HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    }

    private static boolean isReadable(Request request) {
        return isWellEncoded(request.getHttpURI().getPath())
                && isWellEncoded(request.getHttpURI().getQuery());
    }

    /** Both the router and its query parser stumble over a stray percent sign: one with a 500, one with silence. */
    private static boolean isWellEncoded(@Nullable String text) {
        return text == null || !STRAY_PERCENT.matcher(text).find();
    }

    private static Request withoutOverride(Request request) {
        if (!request.getHeaders().contains(METHOD_OVERRIDE)) {
            return request;
        }
        HttpFields headers =
                HttpFields.build(request.getHeaders()).remove(METHOD_OVERRIDE).asImmutable();
        return new Request.Wrapper(request) {
            @Override
            public HttpFields getHeaders() {
                return headers;
            }
        };
    }

    private void ended(Request request, Response response, Passage passage, RequestListener listener) {
        answers.ended();
        long nanos = System.nanoTime() - request.getBeginNanoTime();
        passage.run(() -> {
            LOG.debug(
                    "{} {} {} in {} us",
                    request.getMethod(),
                    request.getHttpURI().getPath(),
                    response.getStatus(),
                    nanos / 1_000);
            listener.ended(new RequestListener.Seen(
                    METHODS.contains(request.getMethod()) ? request.getMethod() : OTHER_METHOD,
                    passage.route(),
                    response.getStatus(),
                    Duration.ofNanos(nanos),
                    passage.trace(),
                    response.getHeaders().get(HttpHeader.LOCATION)));
        });
    }
}
