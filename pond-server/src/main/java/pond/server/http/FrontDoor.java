package pond.server.http;

import java.time.Duration;
import java.util.HexFormat;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
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
import org.slf4j.MDC;

/**
 * What every request passes first, before routing: it gets its id (in the response, and in the log through the MDC), the
 * headers that all responses have, and a line in the log at debug. Requests that the router would misread stop here.
 */
final class FrontDoor extends Handler.Wrapper {
    static final String REQUEST_ID_HEADER = "X-Request-Id";
    /** The name of the request id in the MDC, and of the request's attribute that holds it. */
    static final String REQUEST_ID = "requestId";
    /** The request's attribute that holds the connection, for {@link Hangups}. */
    static final String CONNECTION = "pond.connection";
    /** The request's attribute that says when its body must be here, in the time of {@link System#nanoTime}. */
    static final String BODY_DUE = "pond.bodyDue";

    private static final Logger LOG = LoggerFactory.getLogger("pond.server.http.access");
    private static final Pattern CALLERS_ID = Pattern.compile("[A-Za-z0-9._-]{1,128}");
    private static final Pattern STRAY_PERCENT = Pattern.compile("%(?![0-9A-Fa-f]{2})");
    private static final Set<String> METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE");
    /** The router takes the method from this header if it is there: a GET could become a DELETE behind a proxy's back. */
    private static final String METHOD_OVERRIDE = "X-HTTP-Method-Override";

    private final BooleanSupplier stopping;
    private final BusyConnections busy;
    private final long bodyNanos;

    /**
     * Made once for a server.
     *
     * @param stopping whether new requests are turned away
     * @param busy is told of every request that is not
     * @param bodyDeadline how long a JSON body may take to arrive
     */
    FrontDoor(BooleanSupplier stopping, BusyConnections busy, Duration bodyDeadline) {
        this.stopping = stopping;
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
        MDC.put(REQUEST_ID, id);
        try {
            if (LOG.isDebugEnabled()) {
                Request.addCompletionListener(request, failure -> log(request, response, id));
            }
            OptionalInt refusal = refusal(request);
            if (refusal.isPresent()) {
                if (stopping.getAsBoolean()) {
                    response.getHeaders().put(HttpHeader.CONNECTION, "close");
                }
                Response.writeError(request, response, callback, refusal.getAsInt());
                return true;
            }
            busy.add(request);
            return super.handle(withoutOverride(request), response, callback);
        } finally {
            MDC.remove(REQUEST_ID);
        }
    }

    private OptionalInt refusal(Request request) {
        if (stopping.getAsBoolean()) {
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

    /** Does something on another thread than the request's first, with the id in the log all the same. */
    static void withId(String requestId, Runnable work) {
        MDC.put(REQUEST_ID, requestId);
        try {
            work.run();
        } finally {
            MDC.remove(REQUEST_ID);
        }
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

    private static void log(Request request, Response response, String id) {
        long micros = (System.nanoTime() - request.getBeginNanoTime()) / 1_000;
        withId(
                id,
                () -> LOG.debug(
                        "{} {} {} in {} us",
                        request.getMethod(),
                        request.getHttpURI().getPath(),
                        response.getStatus(),
                        micros));
    }
}
