package pond.server.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
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
    private final Advice advice;

    public HealthHandler(Answers answers, HealthView alive, List<ReadyCheck> checks, Advice advice) {
        this.answers = answers;
        this.alive = alive;
        this.checks = List.copyOf(checks);
        this.advice = advice;
    }

    /**
     * What is told beside the checks and decides nothing: a server that serves must not be taken out of service for it.
     *
     * @param warnings whose faults are told
     * @param lastBackup when the last proven backup was taken
     */
    public record Advice(List<ReadyCheck> warnings, Supplier<Optional<Instant>> lastBackup) {}

    public void register(RoutesConfig routes) {
        routes.get("/health", ctx -> answers.json(ctx, 200, alive));
        routes.get("/health/ready", this::ready);
    }

    private void ready(Context ctx) {
        Map<String, String> results = new LinkedHashMap<>();
        checks.forEach(check -> results.put(check.name(), result(check)));
        boolean ready = results.values().stream().allMatch(OK::equals);
        if (!ready) {
            ctx.header("Retry-After", ErrorBody.RETRY_AFTER);
        }
        Map<String, String> warnings = new LinkedHashMap<>();
        advice.warnings().forEach(warning -> warnings.put(warning.name(), result(warning)));
        warnings.values().removeIf(OK::equals);
        Instant lastBackup = advice.lastBackup().get().orElse(null);
        answers.json(ctx, ready ? 200 : 503, new ReadyView(ready, results, warnings, lastBackup));
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
