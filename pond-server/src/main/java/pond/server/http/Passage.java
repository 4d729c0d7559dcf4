package pond.server.http;

import io.javalin.http.Context;
import io.javalin.router.Endpoint;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/** One request on its way through the server: its id, where it stands in a trace, and the route that it has found. */
final class Passage {
    /** The request's attribute that holds it. */
    private static final String ATTRIBUTE = "pond.passage";

    private static final String NO_ROUTE = "none";
    private static final String TRACE = "trace_id";
    private static final String SPAN = "span_id";

    private final String id;
    private final @Nullable TraceIds trace;
    private volatile String route = NO_ROUTE;

    Passage(String id, @Nullable TraceIds trace) {
        this.id = id;
        this.trace = trace;
    }

    static Passage of(Context ctx) {
        return ctx.<Object>attribute(ATTRIBUTE) instanceof Passage passage
                ? passage
                : new Passage(Answers.requestId(ctx), null);
    }

    void begin(Request request) {
        request.setAttribute(ATTRIBUTE, this);
    }

    void found(@Nullable Endpoint endpoint) {
        if (endpoint != null) {
            route = endpoint.path;
        }
    }

    /** Does something in the name of the request: what is logged meanwhile carries its ids. */
    void run(Runnable work) {
        enter();
        try {
            work.run();
        } finally {
            leave();
        }
    }

    void enter() {
        MDC.put(FrontDoor.LOGGED_ID, id);
        if (trace != null) {
            MDC.put(TRACE, trace.traceId());
            MDC.put(SPAN, trace.spanId());
        }
    }

    void leave() {
        MDC.remove(FrontDoor.LOGGED_ID);
        MDC.remove(TRACE);
        MDC.remove(SPAN);
    }

    @Nullable
    TraceIds trace() {
        return trace;
    }

    String route() {
        return route;
    }
}
