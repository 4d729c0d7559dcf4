package pond.server.audit;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import pond.server.http.Answers;
import pond.server.http.Params;

/** {@code GET /v1/admin/audit}. */
public final class AuditHandler {
    private static final int MAX_LIMIT = 200;
    private static final int DEFAULT_LIMIT = 50;

    private final AuditLog audit;
    private final Answers answers;

    public AuditHandler(AuditLog audit, Answers answers) {
        this.audit = audit;
        this.answers = answers;
    }

    public void register(RoutesConfig routes) {
        routes.get("/v1/admin/audit", this::list);
    }

    private void list(Context ctx) {
        Params params = Params.of(ctx, "limit", "cursor");
        int limit = params.integer("limit", 1, MAX_LIMIT, DEFAULT_LIMIT);
        answers.json(ctx, 200, audit.list(params.cursor("cursor").orElse(Long.MAX_VALUE), limit));
    }
}
