package pond.server.telemetry;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import pond.common.ids.ProjectId;
import pond.common.ids.RunId;
import pond.server.http.RequestListener;
import pond.server.http.TraceIds;
import pond.server.runs.Run;
import pond.server.stages.Stage;

/**
 * Where spans go when their subject has ended. A run's trace has the run's own id, and its spans have ids that are made of
 * it: nothing has to be remembered of a run that is under way, so its trace is whole after a restart too. No call waits
 * for anything. Safe for use by several threads.
 */
public interface Spans {
    /** Where nobody traces. */
    Spans NONE = new Spans() {
        @Override
        public boolean on() {
            return false;
        }

        @Override
        public @Nullable TraceIds request(@Nullable String traceparent) {
            return null;
        }

        @Override
        public void request(RequestListener.Seen request, Instant end) {}

        @Override
        public void run(Run run, Instant begun, Instant end) {}

        @Override
        public void stage(RunId run, ProjectId project, Stage stage, Instant begun, Instant end) {}
    };

    /** Whether anybody traces. */
    boolean on();

    /** Ids for the span of a request that has come; null when it will have none. */
    @Nullable
    TraceIds request(@Nullable String traceparent);

    void request(RequestListener.Seen request, Instant end);

    void run(Run run, Instant begun, Instant end);

    void stage(RunId run, ProjectId project, Stage stage, Instant begun, Instant end);
}
