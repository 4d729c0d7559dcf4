package pond.server.auth;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.Collections;
import java.util.List;
import pond.common.problems.ProblemCode;
import pond.server.errors.ErrorCode;
import pond.server.errors.PondException;
import pond.server.limits.ClientAddresses;
import pond.server.limits.FailureLimit;

/**
 * Asks for a token on everything under {@code /v1}, paths without a route included: who has no token learns nothing
 * about what is there.
 */
public final class AuthFilter {
    private static final String PRINCIPAL = "pond.principal";
    private static final String FORWARDED = "X-Forwarded-For";

    private final Authenticator authenticator;
    private final FailureLimit failures;
    private final ClientAddresses addresses;

    /** Without a bound on failures. */
    public AuthFilter(Authenticator authenticator) {
        this(authenticator, FailureLimit.none(), new ClientAddresses(List.of()));
    }

    /**
     * Asks everybody.
     *
     * @param failures how often an address may be refused before it is told to wait instead
     */
    public AuthFilter(Authenticator authenticator, FailureLimit failures, ClientAddresses addresses) {
        this.authenticator = authenticator;
        this.failures = failures;
        this.addresses = addresses;
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
        try {
            ctx.attribute(PRINCIPAL, admitted(ctx));
        } catch (PondException e) {
            if (e.code() == ErrorCode.UNAUTHENTICATED || e.code() == ErrorCode.FORBIDDEN) {
                countFailure(ctx);
            }
            throw e;
        }
    }

    private Principal admitted(Context ctx) {
        Principal principal = authenticator.authenticate(headers(ctx, "Authorization"));
        if (!Realm.of(ctx.path()).admits(principal, authenticator.hasTenant())) {
            throw Authenticator.forbidden();
        }
        return principal;
    }

    private void countFailure(Context ctx) {
        String address = addresses.of(ctx.req().getRemoteAddr(), headers(ctx, FORWARDED));
        failures.failed(address).ifPresent(wait -> {
            throw PondException.limited(
                    ProblemCode.TOO_MANY_FAILURES,
                    "too many calls without a good token came from your address; one with a good token is answered",
                    wait);
        });
    }

    private static List<String> headers(Context ctx, String name) {
        return Collections.list(ctx.req().getHeaders(name));
    }
}
