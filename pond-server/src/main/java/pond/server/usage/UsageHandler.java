package pond.server.usage;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import pond.common.ids.RunId;
import pond.server.auth.Access;
import pond.server.auth.AuthFilter;
import pond.server.http.Answers;
import pond.server.http.Params;

/** {@code GET /v1/runs/{id}/usage}. */
public final class UsageHandler {
    private final UsageService usage;
    private final Access access;
    private final Answers answers;

    public UsageHandler(UsageService usage, Access access, Answers answers) {
        this.usage = usage;
        this.access = access;
        this.answers = answers;
    }

    public void register(RoutesConfig routes) {
        routes.get("/v1/runs/{id}/usage", this::read);
    }

    private void read(Context ctx) {
        RunId run = Params.path(ctx, "id", RunId::parse, "run");
        access.projectOf(AuthFilter.principal(ctx), run);
        Params.of(ctx);
        answers.json(ctx, 200, usage.of(run));
    }
}
