package pond.server.runs;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.Optional;
import pond.common.api.RerunOf;
import pond.common.api.RerunRequest;
import pond.common.ids.RunId;
import pond.common.problems.Problems;
import pond.server.auth.Access;
import pond.server.auth.AuthFilter;
import pond.server.auth.Principal;
import pond.server.errors.PondException;
import pond.server.http.Answers;
import pond.server.http.Bodies;
import pond.server.http.Params;
import pond.server.preflight.PreflightService;

/** {@code POST /v1/runs/{id}/rerun}: the same run once more, or what is left of it. */
public final class RerunHandler {
    private final RerunService reruns;
    private final RunFlow flow;
    private final PreflightService preflight;
    private final Access access;
    private final Answers answers;

    public RerunHandler(RerunService reruns, RunFlow flow, PreflightService preflight, Access access, Answers answers) {
        this.reruns = reruns;
        this.flow = flow;
        this.preflight = preflight;
        this.access = access;
        this.answers = answers;
    }

    public void register(RoutesConfig routes) {
        routes.post("/v1/runs/{id}/rerun", this::rerun);
    }

    private void rerun(Context ctx) throws IOException {
        RunId id = Params.path(ctx, "id", RunId::parse, "run");
        Principal principal = AuthFilter.principal(ctx);
        access.projectOf(principal, id);
        Params.of(ctx);
        Optional<String> key = Idempotency.key(ctx.header(Idempotency.HEADER));
        RerunOf of = new RerunOf(id, request(ctx).from());
        PreflightService.Passed passed = preflight.require(principal, reruns.body(of));
        answers.when(
                ctx,
                reruns.rerun(of, passed, Submitter.of(principal), key.map(text -> idempotency(text, of)), flow),
                submitted -> {
                    ctx.header("Location", "/v1/runs/" + submitted.run().id());
                    answers.json(ctx, submitted.created() ? 201 : 200, submitted.run());
                });
    }

    private static RerunRequest request(Context ctx) throws IOException {
        Problems problems = new Problems();
        return RerunRequest.read(Bodies.jsonOrNothing(ctx), problems)
                .orElseThrow(() -> PondException.invalid(problems.list()));
    }

    /** What was asked for, the original included; no body of a submit looks like this. */
    private static Idempotency idempotency(String key, RerunOf of) {
        return Idempotency.of(
                key,
                JsonNodeFactory.instance
                        .objectNode()
                        .put("rerunOf", of.run().toString())
                        .put("from", of.from().toString()));
    }
}
