package pond.server.webhooks;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.UUID;
import pond.common.ids.RunId;
import pond.common.ids.Uuids;
import pond.server.auth.Access;
import pond.server.auth.AuthFilter;
import pond.server.http.Answers;
import pond.server.http.Params;

/** {@code /v1/runs/{id}/deliveries}: what became of a run's webhooks. */
public final class WebhookHandler {
    private final WebhookService webhooks;
    private final Access access;
    private final Answers answers;

    public WebhookHandler(WebhookService webhooks, Access access, Answers answers) {
        this.webhooks = webhooks;
        this.access = access;
        this.answers = answers;
    }

    public void register(RoutesConfig routes) {
        routes.get("/v1/runs/{id}/deliveries", this::list);
        routes.post("/v1/runs/{id}/deliveries/{delivery}/redeliver", this::redeliver);
    }

    private void list(Context ctx) {
        RunId run = visible(ctx);
        Params.of(ctx);
        answers.json(ctx, 200, webhooks.list(run));
    }

    private void redeliver(Context ctx) {
        RunId run = visible(ctx);
        UUID delivery = Params.path(ctx, "delivery", Uuids::parse, "delivery");
        Params.of(ctx);
        answers.json(ctx, 202, webhooks.redeliver(run, delivery));
    }

    private RunId visible(Context ctx) {
        RunId run = Params.path(ctx, "id", RunId::parse, "run");
        access.projectOf(AuthFilter.principal(ctx), run);
        return run;
    }
}
