package pond.server.maintenance;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import pond.server.audit.Actor;
import pond.server.auth.AuthFilter;
import pond.server.http.Answers;
import pond.server.http.Bodies;
import pond.server.http.Params;

/** {@code /v1/admin/maintenance}. */
public final class MaintenanceHandler {
    private static final String PATH = "/v1/admin/maintenance";

    private final MaintenanceService maintenance;
    private final Answers answers;

    public MaintenanceHandler(MaintenanceService maintenance, Answers answers) {
        this.maintenance = maintenance;
        this.answers = answers;
    }

    public void register(RoutesConfig routes) {
        routes.get(PATH, this::show);
        routes.post(PATH, this::set);
    }

    private void show(Context ctx) {
        AuthFilter.administrator(ctx);
        Params.of(ctx);
        answers.json(ctx, 200, maintenance.show());
    }

    private void set(Context ctx) throws IOException {
        Actor who = Actor.of(AuthFilter.administrator(ctx), Answers.requestId(ctx));
        Params.of(ctx);
        MaintenanceRequest request = MaintenanceRequest.read(Bodies.json(ctx));
        answers.json(ctx, 200, request.enabled() ? maintenance.begin(request.reason(), who) : maintenance.end(who));
    }
}
