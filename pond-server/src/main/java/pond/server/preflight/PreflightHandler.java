package pond.server.preflight;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import pond.server.auth.AuthFilter;
import pond.server.http.Answers;
import pond.server.http.Bodies;
import pond.server.http.Params;

/** {@code POST /v1/runs/preflight}: the dry run of a submit. */
public final class PreflightHandler {
    private final PreflightService preflight;
    private final Answers answers;

    public PreflightHandler(PreflightService preflight, Answers answers) {
        this.preflight = preflight;
        this.answers = answers;
    }

    public void register(RoutesConfig routes) {
        routes.post("/v1/runs/preflight", this::report);
    }

    private void report(Context ctx) throws IOException {
        Params.of(ctx);
        answers.json(ctx, 200, preflight.report(AuthFilter.principal(ctx), Bodies.json(ctx)));
    }
}
