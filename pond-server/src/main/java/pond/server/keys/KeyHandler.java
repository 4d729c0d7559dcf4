package pond.server.keys;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.UUID;
import pond.common.ids.ProjectId;
import pond.common.ids.Uuids;
import pond.server.audit.Actor;
import pond.server.auth.AuthFilter;
import pond.server.http.Answers;
import pond.server.http.Bodies;
import pond.server.http.Params;

/** {@code /v1/keys}. */
public final class KeyHandler {
    private static final String PATH = "/v1/keys";
    /** A project has a handful of keys: as a rule the first page is the only one. */
    private static final int DEFAULT_LIMIT = 200;

    private static final int MAX_LIMIT = 1_000;

    private final KeyService keys;
    private final Answers answers;

    public KeyHandler(KeyService keys, Answers answers) {
        this.keys = keys;
        this.answers = answers;
    }

    public void register(RoutesConfig routes) {
        routes.post(PATH, this::mint);
        routes.get(PATH, this::list);
        routes.delete(PATH + "/{id}", this::revoke);
    }

    private void mint(Context ctx) throws IOException {
        Actor who = requireAdmin(ctx);
        Params.of(ctx);
        answers.json(ctx, 201, keys.mint(Bodies.json(ctx), who));
    }

    private void list(Context ctx) {
        requireAdmin(ctx);
        Params params = Params.of(ctx, "projectId", "limit", "cursor");
        answers.json(
                ctx,
                200,
                keys.list(
                        params.parsed("projectId", ProjectId::parse, "1 to 128 printable characters"),
                        params.parsed("cursor", Uuids::parse, "the next of the page before"),
                        params.integer("limit", 1, MAX_LIMIT, DEFAULT_LIMIT)));
    }

    private void revoke(Context ctx) {
        Actor who = requireAdmin(ctx);
        Params.of(ctx);
        UUID id = Params.path(ctx, "id", Uuids::parse, "key");
        answers.when(ctx, keys.revoke(id, who), done -> ctx.status(204));
    }

    private static Actor requireAdmin(Context ctx) {
        return Actor.of(AuthFilter.administrator(ctx), Answers.requestId(ctx));
    }
}
