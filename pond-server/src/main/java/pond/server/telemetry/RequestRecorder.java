package pond.server.telemetry;

import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import pond.server.http.Answers;
import pond.server.http.RequestListener;
import pond.server.http.TraceIds;

/** Requests, as they end: counted and traced. */
public final class RequestRecorder implements RequestListener {
    private static final int HUNDRED = 100;

    private final Spans spans;
    private final InstantSource clock;
    private final Histogram duration;
    private final Counter refusals;

    public RequestRecorder(Metrics metrics, Answers answers, Spans spans, InstantSource clock) {
        this.spans = spans;
        this.clock = clock;
        duration = metrics.histogram(
                "http.server.request.duration",
                "s",
                "Time from a request's arrival to the end of its answer; long polls and streams wait on purpose.",
                Histogram.QUICK,
                "http.request.method",
                "http.route",
                "http.response.status_class");
        refusals = metrics.counter(
                "pond.auth.refusals",
                "{request}",
                "Requests without a usable token (401), or with one that is not valid for them (403).",
                "http.response.status_code");
        metrics.gauge(
                "http.server.active_requests",
                "{request}",
                "Requests that are being served, long polls and streams included.",
                answers::underWay);
        metrics.gauge(
                "pond.http.waiting", "{request}", "Long polls that wait for something to happen.", answers::waiting);
    }

    @Override
    public @Nullable TraceIds begun(@Nullable String traceparent) {
        return spans.request(traceparent);
    }

    @Override
    public void ended(Seen request) {
        duration.record(request.took(), request.method(), request.route(), request.status() / HUNDRED + "xx");
        if (request.status() == 401 || request.status() == 403) {
            refusals.add(1, Integer.toString(request.status()));
        }
        if (request.trace() != null) {
            spans.request(request, clock.instant());
        }
    }
}
