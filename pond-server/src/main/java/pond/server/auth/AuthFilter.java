package pond.server.auth;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.Collections;

/**
 * Asks for a token on everything under {@code /v1}, paths without a route included: who has no token learns nothing
 * about what is there.
 */
public final class AuthFilter {
    private static final String PRINCIPAL = "pond.principal";

    private final Authenticator authenticator;

    public AuthFilter(Authenticator authenticator) {
        this.authenticator = authenticator;
    }

    public void register(RoutesConfig routes) {
        routes.before("/v1/*", this::authenticate);
    }

    /** Who made this request. A route that the filter does not cover has nobody, and fails. */
    public static Principal principal(Context ctx) {
        Principal principal = ctx.attribute(PRINCIPAL);
        if (principal == null) {
            throw new IllegalStateException("no filter has authenticated " + ctx.path());
        }
        return principal;
    }

    /**
     * Who made this request, of the one kind that a route is for. The filter has seen to it; asking again keeps a route
     * shut that a later change of paths would open.
     *
     * @throws pond.server.errors.PondException FORBIDDEN for every other kind
     */
    public static <P extends Principal> P principal(Context ctx, Class<P> kind) {
        Principal principal = principal(ctx);
        if (!kind.isInstance(principal)) {
            throw Authenticator.forbidden();
        }
        return kind.cast(principal);
    }

    /**
     * Who made this request, on a route for administration. Asking again is as in {@link #principal(Context, Class)}.
     *
     * @throws pond.server.errors.PondException FORBIDDEN for everybody but the service and admins
     */
    public static Principal administrator(Context ctx) {
        Principal principal = principal(ctx);
        if (!(principal instanceof Principal.Service || principal instanceof Principal.Admin)) {
            throw Authenticator.forbidden();
        }
        return principal;
    }

    private void authenticate(Context ctx) {
        Principal principal =
                authenticator.authenticate(Collections.list(ctx.req().getHeaders("Authorization")));
        if (!Realm.of(ctx.path()).admits(principal, authenticator.hasTenant())) {
            throw Authenticator.forbidden();
        }
        ctx.attribute(PRINCIPAL, principal);
    }
}
