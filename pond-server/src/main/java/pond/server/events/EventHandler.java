package pond.server.events;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import pond.common.ids.RunId;
import pond.server.auth.Access;
import pond.server.auth.AuthFilter;
import pond.server.errors.PondException;
import pond.server.http.Answers;
import pond.server.http.Params;

/** {@code GET /v1/runs/{id}/events}: state and log lines of a run as they come, as server-sent events. */
public final class EventHandler {
    private final EventService events;
    private final Access access;
    private final Answers answers;

    public EventHandler(EventService events, Access access, Answers answers) {
        this.events = events;
        this.access = access;
        this.answers = answers;
    }

    public void register(RoutesConfig routes) {
        routes.get("/v1/runs/{id}/events", this::follow);
    }

    private void follow(Context ctx) {
        RunId run = Params.path(ctx, "id", RunId::parse, "run");
        access.projectOf(AuthFilter.principal(ctx), run);
        Cursor from = from(ctx);
        boolean headersOnly = ctx.method().equals(HandlerType.HEAD);
        if (!headersOnly) {
            answers.stream(ctx, events.follow(run, from));
        }
        // The last one is for nginx, which would gather what is sent.
        ctx.contentType("text/event-stream").header("Cache-Control", "no-store").header("X-Accel-Buffering", "no");
    }

    /** A client that comes back repeats its first address, so what it says of its last event is the newer word. */
    private static Cursor from(Context ctx) {
        Params params = Params.of(ctx, "version", "since");
        Cursor asked = new Cursor(
                params.cursor("version").orElse(0), params.cursor("since").orElse(0));
        String last = ctx.header("Last-Event-ID");
        if (last == null || last.isEmpty()) {
            return asked;
        }
        return Cursor.parse(last)
                .orElseThrow(() -> PondException.invalid(
                        "Last-Event-ID", "must be the id of an event of this run, such as 7-1203"));
    }
}
