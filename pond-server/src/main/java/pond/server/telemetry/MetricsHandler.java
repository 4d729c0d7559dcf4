package pond.server.telemetry;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Collections;
import java.util.List;
import pond.server.auth.Authenticator;
import pond.server.auth.Principal;

/**
 * {@code GET /metrics}, for Prometheus and the like. Whoever asks from this machine needs no token; everybody else needs the
 * service token, and so does what a proxy on this machine passes on: it says so in a header.
 */
public final class MetricsHandler {
    private static final List<String> OF_PROXIES =
            List.of("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via");

    private final Metrics metrics;
    private final Authenticator authenticator;

    public MetricsHandler(Metrics metrics, Authenticator authenticator) {
        this.metrics = metrics;
        this.authenticator = authenticator;
    }

    public void register(RoutesConfig routes) {
        routes.get("/metrics", this::metrics);
    }

    private void metrics(Context ctx) {
        if (!isFromThisMachine(ctx) && !isService(ctx)) {
            throw Authenticator.forbidden();
        }
        ctx.contentType(PrometheusText.CONTENT_TYPE).result(PrometheusText.of(metrics.read()));
    }

    private boolean isService(Context ctx) {
        List<String> headers = Collections.list(ctx.req().getHeaders("Authorization"));
        return authenticator.authenticate(headers) instanceof Principal.Service;
    }

    private static boolean isFromThisMachine(Context ctx) {
        if (OF_PROXIES.stream().anyMatch(header -> ctx.header(header) != null)) {
            return false;
        }
        try {
            // An address is read as it stands; nothing is looked up.
            return InetAddress.getByName(ctx.req().getRemoteAddr()).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
