package pond.server.runs;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import pond.common.api.RunDetails;
import pond.common.api.RunStatus;
import pond.common.ids.LabelMatch;
import pond.common.ids.ProjectId;
import pond.common.ids.RunId;
import pond.server.auth.Access;
import pond.server.auth.AuthFilter;
import pond.server.auth.Principal;
import pond.server.http.Answers;
import pond.server.http.Bodies;
import pond.server.http.Params;
import pond.server.preflight.PreflightService;

/** {@code /v1/runs}: submit, list, read, cancel. */
public final class RunHandler {
    private static final int DEFAULT_LIMIT = 50;
    private static final int MAX_LIMIT = 200;

    private final RunService runs;
    private final RunFlow flow;
    private final PreflightService preflight;
    private final Access access;
    private final Answers answers;

    public RunHandler(RunService runs, RunFlow flow, PreflightService preflight, Access access, Answers answers) {
        this.runs = runs;
        this.flow = flow;
        this.preflight = preflight;
        this.access = access;
        this.answers = answers;
    }

    public void register(RoutesConfig routes) {
        routes.post("/v1/runs", this::submit);
        routes.get("/v1/runs", this::list);
        routes.get("/v1/runs/{id}", this::get);
        routes.post("/v1/runs/{id}/cancel", this::cancel);
    }

    private void submit(Context ctx) throws IOException {
        Params.of(ctx);
        Principal principal = AuthFilter.principal(ctx);
        Optional<String> key = Idempotency.key(ctx.header(Idempotency.HEADER));
        JsonNode body = Bodies.json(ctx);
        PreflightService.Passed passed = preflight.require(principal, body);
        Submission submission = new Submission(
                passed.project(),
                Submitter.of(principal),
                passed.request(),
                passed.stages(),
                passed.warnings(),
                key.map(text -> Idempotency.of(text, body)));
        answers.when(ctx, runs.submit(submission, flow), submitted -> {
            ctx.header("Location", "/v1/runs/" + submitted.run().id());
            answers.json(ctx, submitted.created() ? 201 : 200, submitted.run());
        });
    }

    private void list(Context ctx) {
        Params params = Params.of(ctx, "projectId", "status", "label", "limit", "cursor");
        Optional<ProjectId> asked = params.parsed("projectId", ProjectId::parse, "1 to 128 printable characters");
        Optional<ProjectId> project = Access.project(AuthFilter.principal(ctx), asked);
        Set<RunStatus> statuses = EnumSet.noneOf(RunStatus.class);
        statuses.addAll(params.all("status", RunStatus.class));
        List<LabelMatch> labels = params.parsedAll("label", RunFilter.MAX_LABELS, LabelMatch::parse, RunFilter.LABEL);
        Optional<RunId> before = params.parsed("cursor", RunId::parse, "the 'next' of an earlier page");
        int limit = params.integer("limit", 1, MAX_LIMIT, DEFAULT_LIMIT);
        answers.json(
                ctx, 200, runs.list(new RunFilter(project.orElse(null), statuses, labels), before.orElse(null), limit));
    }

    private void get(Context ctx) {
        RunId id = visible(ctx);
        Params params = Params.of(ctx, "wait", "version");
        OptionalLong version = params.cursor("version");
        Duration wait = params.wait("wait");
        if (version.isEmpty() || wait.isZero()) {
            answers.json(ctx, 200, runs.get(id));
        } else {
            answers.<RunDetails>afterSignal(ctx, wait, runs.changedFrom(id, version.getAsLong()), () -> runs.get(id));
        }
    }

    /** Asking for the cancel of a run that has ended is no error: the caller wants it to be over, and it is. */
    private void cancel(Context ctx) {
        RunId id = visible(ctx);
        Params.of(ctx);
        answers.when(ctx, runs.cancel(id, flow), run -> answers.json(ctx, run.terminal() ? 200 : 202, run));
    }

    private RunId visible(Context ctx) {
        RunId id = Params.path(ctx, "id", RunId::parse, "run");
        access.projectOf(AuthFilter.principal(ctx), id);
        return id;
    }
}
