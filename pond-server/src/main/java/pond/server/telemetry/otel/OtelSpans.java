package pond.server.telemetry.otel;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.samplers.SamplingDecision;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import pond.common.api.Failure;
import pond.common.ids.ProjectId;
import pond.common.ids.RunId;
import pond.server.http.RequestListener;
import pond.server.http.TraceIds;
import pond.server.runs.Run;
import pond.server.stages.Stage;
import pond.server.telemetry.Spans;

/** Spans, made when what they are about has ended and handed to a bounded queue; a full one drops them. */
final class OtelSpans implements Spans {
    private static final String RUN = "run.execute";
    private static final String STAGE = "run.stage";
    private static final String RUNS = "/v1/runs/";
    private static final int SERVER_FAULT = 500;
    /** As W3C's "Trace Context" has it; later versions may have more behind. */
    private static final Pattern TRACEPARENT =
            Pattern.compile("(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?");

    private final SdkTracerProvider provider;
    private final Tracer tracer;
    private final GivenIds ids;

    OtelSpans(SdkTracerProvider provider, GivenIds ids) {
        this.provider = provider;
        this.tracer = provider.get("pond");
        this.ids = ids;
    }

    @Override
    public boolean on() {
        return true;
    }

    @Override
    public TraceIds request(@Nullable String traceparent) {
        GivenIds.TraceAndSpan fresh = ids.fresh();
        Matcher caller = TRACEPARENT.matcher(traceparent == null ? "" : traceparent);
        if (!caller.matches()) {
            return new TraceIds(fresh.trace(), fresh.span(), null, true);
        }
        boolean sampled = (Integer.parseInt(caller.group(3), 16) & 1) == 1;
        return new TraceIds(caller.group(1), fresh.span(), caller.group(2), sampled);
    }

    @Override
    public void request(RequestListener.Seen request, Instant end) {
        TraceIds trace = request.trace();
        if (trace == null) {
            return;
        }
        SpanBuilder span = tracer.spanBuilder(request.method() + " " + request.route())
                .setSpanKind(SpanKind.SERVER)
                .setStartTimestamp(end.minus(request.took()))
                .setAttribute("http.request.method", request.method())
                .setAttribute("http.route", request.route())
                .setAttribute("http.response.status_code", request.status());
        if (trace.parentId() == null) {
            span.setNoParent();
        } else {
            span.setParent(Context.root().with(Span.wrap(remote(trace.traceId(), trace.parentId(), trace.sampled()))));
        }
        submitted(request).ifPresent(run -> span.addLink(root(run)));
        Span made = ids.with(trace.traceId(), trace.spanId(), span::startSpan);
        if (request.status() >= SERVER_FAULT) {
            made.setStatus(StatusCode.ERROR);
        }
        made.end(end);
    }

    /** The run that a request has made, or found by its idempotency key: its answer says where it is. */
    private static Optional<RunId> submitted(RequestListener.Seen request) {
        return Optional.ofNullable(request.location())
                .filter(where -> request.method().equals("POST") && where.contains(RUNS))
                .flatMap(where -> RunId.parse(where.substring(where.indexOf(RUNS) + RUNS.length())));
    }

    @Override
    public void run(Run run, Instant begun, Instant end) {
        SpanBuilder span = tracer.spanBuilder(RUN)
                .setNoParent()
                .setStartTimestamp(stored(begun))
                .setAttribute("pond.run_id", run.id().toString())
                .setAttribute("pond.project_id", run.project().toString())
                .setAttribute("pond.status", run.status().toString());
        finish(ids.with(RunIds.trace(run.id()), RunIds.root(run.id()), span::startSpan), run.error(), end);
    }

    @Override
    public void stage(RunId run, ProjectId project, Stage stage, Instant begun, Instant end) {
        SpanBuilder span = tracer.spanBuilder(STAGE)
                .setParent(Context.root().with(Span.wrap(root(run))))
                .setStartTimestamp(stored(begun))
                .setAttribute("pond.run_id", run.toString())
                .setAttribute("pond.project_id", project.toString())
                .setAttribute("pond.stage", stage.plan().key())
                .setAttribute("pond.executor", stage.plan().kind().toString())
                .setAttribute("pond.status", stage.status().toString());
        String id = RunIds.stage(run, stage.position());
        finish(ids.with(RunIds.trace(run), id, span::startSpan), stage.error(), end);
    }

    private static void finish(Span span, @Nullable Failure error, Instant end) {
        if (error != null) {
            span.setStatus(StatusCode.ERROR, error.code());
        }
        span.end(stored(end));
    }

    /** As the database keeps it and the API shows it. */
    private static Instant stored(Instant at) {
        return at.truncatedTo(ChronoUnit.MILLIS);
    }

    /** The span of a run, before it is made. Whether it will be sampled hangs on its trace's id alone, so that is asked now. */
    private SpanContext root(RunId run) {
        String trace = RunIds.trace(run);
        SamplingDecision decision = provider.getSampler()
                .shouldSample(Context.root(), trace, RUN, SpanKind.INTERNAL, Attributes.empty(), List.of())
                .getDecision();
        return remote(trace, RunIds.root(run), decision == SamplingDecision.RECORD_AND_SAMPLE);
    }

    private static SpanContext remote(String trace, String span, boolean sampled) {
        TraceFlags flags = sampled ? TraceFlags.getSampled() : TraceFlags.getDefault();
        return SpanContext.createFromRemoteParent(trace, span, flags, TraceState.getDefault());
    }
}
