package pond.server.logs;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.OptionalLong;
import pond.common.api.LogPage;
import pond.common.ids.RunId;
import pond.server.auth.Access;
import pond.server.auth.AuthFilter;
import pond.server.http.Answers;
import pond.server.http.Params;

/** {@code GET /v1/runs/{id}/logs}: a page after {@code since}, at once or, with {@code wait}, when there is something. */
public final class LogHandler {
    private static final int DEFAULT_LIMIT = 1_000;
    private static final int MAX_LIMIT = 10_000;

    private final LogTail tail;
    private final Access access;
    private final Answers answers;

    public LogHandler(LogTail tail, Access access, Answers answers) {
        this.tail = tail;
        this.access = access;
        this.answers = answers;
    }

    public void register(RoutesConfig routes) {
        routes.get("/v1/runs/{id}/logs", this::read);
    }

    private void read(Context ctx) {
        RunId run = Params.path(ctx, "id", RunId::parse, "run");
        access.projectOf(AuthFilter.principal(ctx), run);
        Params params = Params.of(ctx, "since", "limit", "wait");
        OptionalLong cursor = params.cursor("since");
        int limit = params.integer("limit", 1, MAX_LIMIT, DEFAULT_LIMIT);
        Duration wait = params.wait("wait");
        long since = cursor.orElse(0);
        LogPage page = tail.read(run, since, limit);
        if (!page.lines().isEmpty() || page.complete() || cursor.isEmpty() || wait.isZero()) {
            answers.json(ctx, 200, page);
        } else {
            answers.afterSignal(ctx, wait, tail.changedAfter(run, since), () -> tail.read(run, since, limit));
        }
    }
}
