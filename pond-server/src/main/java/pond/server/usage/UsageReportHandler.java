package pond.server.usage;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import pond.common.ids.LabelMatch;
import pond.common.ids.ProjectId;
import pond.server.auth.Access;
import pond.server.auth.AuthFilter;
import pond.server.errors.PondException;
import pond.server.http.Answers;
import pond.server.http.Params;

/** {@code GET /v1/usage}. */
public final class UsageReportHandler {
    private final UsageReports reports;
    private final Answers answers;

    public UsageReportHandler(UsageReports reports, Answers answers) {
        this.reports = reports;
        this.answers = answers;
    }

    public void register(RoutesConfig routes) {
        routes.get("/v1/usage", this::read);
    }

    private void read(Context ctx) {
        Params params = Params.of(ctx, "by", "since", "until", "projectId", "label");
        Optional<ProjectId> asked = params.parsed("projectId", ProjectId::parse, "1 to 128 printable characters");
        Optional<ProjectId> project = Access.project(AuthFilter.principal(ctx), asked);
        List<Grouping> by = by(params);
        List<LabelMatch> labels = params.parsedAll(
                "label", UsageQuestion.MAX_LABELS, LabelMatch::parse, "KEY=VALUE, or KEY alone, with a label's key");
        Instant since = params.parsed("since", Span::parse, Span.WANTED).orElse(null);
        Instant until = params.parsed("until", Span::parse, Span.WANTED).orElse(null);
        Span span = reports.span(since, until);
        if (until != null && !span.since().isBefore(until)) {
            throw PondException.invalid("until", "must be after 'since'");
        }
        answers.json(ctx, 200, reports.report(new UsageQuestion(by, span, project.orElse(null), labels)));
    }

    private static List<Grouping> by(Params params) {
        List<Grouping> by = params.parsedAll("by", UsageQuestion.MAX_GROUPINGS, Grouping::parse, Grouping.WANTED);
        if (new HashSet<>(by).size() < by.size()) {
            throw PondException.invalid("by", "must name two different things");
        }
        return by.isEmpty() ? List.of(Grouping.Column.MODEL) : by;
    }
}
