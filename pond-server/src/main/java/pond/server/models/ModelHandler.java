package pond.server.models;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.Map;
import pond.common.swarm.RegistryKey;
import pond.server.audit.Actor;
import pond.server.auth.AuthFilter;
import pond.server.http.Answers;
import pond.server.http.Bodies;
import pond.server.http.Params;

/** {@code /v1/admin/models}. */
public final class ModelHandler {
    private static final String PATH = "/v1/admin/models";

    private final Models models;
    private final Answers answers;

    public ModelHandler(Models models, Answers answers) {
        this.models = models;
        this.answers = answers;
    }

    public void register(RoutesConfig routes) {
        routes.post(PATH, this::put);
        routes.get(PATH, this::list);
        routes.get(PATH + "/<key>", this::get);
        routes.delete(PATH + "/<key>", this::delete);
    }

    private void put(Context ctx) throws IOException {
        Params.of(ctx);
        answers.when(ctx, models.put(Bodies.json(ctx), actor(ctx)), put -> {
            ctx.header("Location", PATH + "/" + put.view().key());
            answers.json(ctx, put.created() ? 201 : 200, put.view());
        });
    }

    private void list(Context ctx) {
        Params.of(ctx);
        answers.json(ctx, 200, Map.of("models", models.list()));
    }

    private void get(Context ctx) {
        Params.of(ctx);
        answers.json(ctx, 200, models.get(key(ctx)));
    }

    private void delete(Context ctx) {
        Params.of(ctx);
        answers.when(ctx, models.delete(key(ctx), actor(ctx)), done -> ctx.status(204));
    }

    private static String key(Context ctx) {
        return Params.path(ctx, "key", RegistryKey::parse, "model");
    }

    private static Actor actor(Context ctx) {
        return Actor.of(AuthFilter.principal(ctx), Answers.requestId(ctx));
    }
}
