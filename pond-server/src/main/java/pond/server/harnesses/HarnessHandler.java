package pond.server.harnesses;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import pond.common.swarm.RegistryKey;
import pond.server.audit.Actor;
import pond.server.auth.AuthFilter;
import pond.server.http.Answers;
import pond.server.http.Bodies;
import pond.server.http.Params;

/** {@code /v1/admin/harnesses} and {@code /v1/admin/harness-presets}. */
public final class HarnessHandler {
    private static final String PATH = "/v1/admin/harnesses";

    private final Harnesses harnesses;
    private final Answers answers;

    public HarnessHandler(Harnesses harnesses, Answers answers) {
        this.harnesses = harnesses;
        this.answers = answers;
    }

    public void register(RoutesConfig routes) {
        routes.get("/v1/admin/harness-presets", this::presets);
        routes.post(PATH, this::put);
        routes.post(PATH + "/from-preset", this::putPreset);
        routes.get(PATH, this::list);
        routes.get(PATH + "/<key>", this::get);
        routes.delete(PATH + "/<key>", this::delete);
    }

    private void presets(Context ctx) {
        Params.of(ctx);
        answers.json(
                ctx,
                200,
                Map.of(
                        "presets",
                        Presets.names().stream()
                                .flatMap(name -> Presets.find(name).stream())
                                .toList()));
    }

    private void put(Context ctx) throws IOException {
        Params.of(ctx);
        answer(ctx, harnesses.put(Bodies.json(ctx), actor(ctx)));
    }

    private void putPreset(Context ctx) throws IOException {
        Params.of(ctx);
        answer(ctx, harnesses.putPreset(Bodies.json(ctx), actor(ctx)));
    }

    private void answer(Context ctx, CompletableFuture<Harnesses.Put> future) {
        answers.when(ctx, future, put -> {
            ctx.header("Location", PATH + "/" + put.view().key());
            answers.json(ctx, put.created() ? 201 : 200, put.view());
        });
    }

    private void list(Context ctx) {
        Params.of(ctx);
        answers.json(ctx, 200, Map.of("harnesses", harnesses.list()));
    }

    private void get(Context ctx) {
        Params.of(ctx);
        answers.json(ctx, 200, harnesses.get(key(ctx)));
    }

    private void delete(Context ctx) {
        Params.of(ctx);
        answers.when(ctx, harnesses.delete(key(ctx), actor(ctx)), done -> ctx.status(204));
    }

    private static String key(Context ctx) {
        return Params.path(ctx, "key", RegistryKey::parse, "harness");
    }

    private static Actor actor(Context ctx) {
        return Actor.of(AuthFilter.principal(ctx), Answers.requestId(ctx));
    }
}
