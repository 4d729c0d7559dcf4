package pond.server.retention;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.List;
import pond.server.db.Database;
import pond.server.http.Answers;
import pond.server.http.Params;
import pond.server.retention.RetentionView.DatabaseFile;

/** {@code /v1/admin/retention}: what is removed and when, and a pass on request. */
public final class RetentionHandler {
    private static final String PATH = "/v1/admin/retention";

    private final RetentionService service;
    private final RetentionTimer timer;
    private final Database database;
    private final Database logDatabase;
    private final Answers answers;

    public RetentionHandler(
            RetentionService service, RetentionTimer timer, Database database, Database logDatabase, Answers answers) {
        this.service = service;
        this.timer = timer;
        this.database = database;
        this.logDatabase = logDatabase;
        this.answers = answers;
    }

    public void register(RoutesConfig routes) {
        routes.get(PATH, ctx -> {
            Params.of(ctx);
            answer(ctx, 200);
        });
        routes.post(PATH, ctx -> {
            Params.of(ctx);
            timer.ask();
            answer(ctx, 202);
        });
    }

    private void answer(Context ctx, int status) {
        answers.json(
                ctx,
                status,
                new RetentionView(
                        RetentionView.Settings.of(service.policy()),
                        timer.isWanted(),
                        timer.last().orElse(null),
                        timer.next().orElse(null),
                        List.of(
                                DatabaseFile.of("pond", database.space()),
                                DatabaseFile.of("logs", logDatabase.space()))));
    }
}
