package pond.server.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pond.common.api.HealthView;
import pond.common.api.ReadyView;

/** {@code GET /health} and {@code GET /health/ready}; neither asks for a token. */
public final class HealthHandler {
    private static final Logger LOG = LoggerFactory.getLogger(HealthHandler.class);
    private static final String OK = "ok";

    private final Answers answers;
    private final HealthView alive;
    private final List<ReadyCheck> checks;

    public HealthHandler(Answers answers, HealthView alive, List<ReadyCheck> checks) {
        this.answers = answers;
        this.alive = alive;
        this.checks = List.copyOf(checks);
    }

    public void register(RoutesConfig routes) {
        routes.get("/health", ctx -> answers.json(ctx, 200, alive));
        routes.get("/health/ready", this::ready);
    }

    private void ready(Context ctx) {
        Map<String, String> results = new LinkedHashMap<>();
        checks.forEach(check -> results.put(check.name(), result(check)));
        boolean ready = checks.stream().allMatch(check -> check.informs() || OK.equals(results.get(check.name())));
        if (!ready) {
            ctx.header("Retry-After", ErrorBody.RETRY_AFTER);
        }
        answers.json(ctx, ready ? 200 : 503, new ReadyView(ready, results));
    }

    private static String result(ReadyCheck check) {
        try {
            return check.fault().get().orElse(OK);
        } catch (RuntimeException e) {
            LOG.warn("the readiness check '{}' failed", check.name(), e);
            return "the check failed";
        }
    }
}
