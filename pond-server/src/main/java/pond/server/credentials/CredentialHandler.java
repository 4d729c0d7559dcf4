package pond.server.credentials;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import pond.common.ids.ProjectId;
import pond.common.swarm.RegistryKey;
import pond.server.audit.Actor;
import pond.server.auth.AuthFilter;
import pond.server.http.Answers;
import pond.server.http.Bodies;
import pond.server.http.Params;

/**
 * {@code /v1/admin/credentials}. One of a project is named by {@code ?projectId=} after its name; without it the
 * organisation's is meant.
 */
public final class CredentialHandler {
    private static final String PATH = "/v1/admin/credentials";

    private final Credentials credentials;
    private final Answers answers;

    public CredentialHandler(Credentials credentials, Answers answers) {
        this.credentials = credentials;
        this.answers = answers;
    }

    public void register(RoutesConfig routes) {
        routes.post(PATH, this::put);
        routes.get(PATH, this::list);
        routes.get(PATH + "/<name>", this::get);
        routes.delete(PATH + "/<name>", this::delete);
    }

    private void put(Context ctx) throws IOException {
        Params.of(ctx);
        answers.when(
                ctx,
                credentials.put(Bodies.json(ctx), actor(ctx)),
                put -> answers.json(ctx, put.created() ? 201 : 200, put.view()));
    }

    private void list(Context ctx) {
        answers.json(ctx, 200, Map.of("credentials", credentials.list(project(ctx))));
    }

    private void get(Context ctx) {
        answers.json(ctx, 200, credentials.get(name(ctx), project(ctx).orElse(null)));
    }

    private void delete(Context ctx) {
        answers.when(
                ctx, credentials.delete(name(ctx), project(ctx).orElse(null), actor(ctx)), done -> ctx.status(204));
    }

    private static String name(Context ctx) {
        return Params.path(ctx, "name", RegistryKey::parse, "credential");
    }

    private static Optional<ProjectId> project(Context ctx) {
        return Params.of(ctx, "projectId").parsed("projectId", ProjectId::parse, "1 to 128 printable characters");
    }

    private static Actor actor(Context ctx) {
        return Actor.of(AuthFilter.principal(ctx), Answers.requestId(ctx));
    }
}
