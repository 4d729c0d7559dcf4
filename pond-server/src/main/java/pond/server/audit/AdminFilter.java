package pond.server.audit;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import pond.server.auth.AuthFilter;
import pond.server.auth.Authenticator;
import pond.server.auth.Principal;

/** Keeps everything under {@code /v1/admin} for the service token. To be registered after {@link AuthFilter}. */
public final class AdminFilter {
    public void register(RoutesConfig routes) {
        routes.before("/v1/admin/*", AdminFilter::requireService);
    }

    private static void requireService(Context ctx) {
        if (!(AuthFilter.principal(ctx) instanceof Principal.Service)) {
            throw Authenticator.forbidden();
        }
    }
}
