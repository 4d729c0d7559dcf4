package pond.server.telemetry;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import pond.common.api.Failure;
import pond.common.api.RunStatus;
import pond.common.api.StageStatus;
import pond.common.ids.ProjectId;
import pond.common.ids.RunId;
import pond.server.db.Tx;
import pond.server.runs.OpenRuns;
import pond.server.runs.Run;
import pond.server.runs.RunListener;
import pond.server.runs.RunService;
import pond.server.stages.Stage;
import pond.server.stages.StageListener;

/** Runs and stages, as they come and end: counted, traced, and told to the log at debug. */
public final class RunRecorder implements RunListener, StageListener {
    private static final Logger log = LoggerFactory.getLogger(RunRecorder.class);
    private static final int TRIGGERS = 20;
    private static final int STAGES = 100;

    private final RunService runs;
    private final Spans spans;
    private final Names triggers = new Names(TRIGGERS);
    private final Names stages = new Names(STAGES);
    private final Counter started;
    private final Counter finished;
    private final Histogram runDuration;
    private final Histogram stageDuration;
    private final Counter watchdogCancels;
    private final Counter bundleBytes;

    public RunRecorder(Metrics metrics, RunService runs, OpenRuns open, Spans spans) {
        this.runs = runs;
        this.spans = spans;
        started = metrics.counter("pond.runs.started", "{run}", "Runs that were accepted.", "trigger");
        finished = metrics.counter("pond.runs.finished", "{run}", "Runs that have ended.", "status");
        runDuration = metrics.histogram(
                "pond.run.duration",
                "s",
                "Time from the start of a run, or its submit when nothing started, to its end.",
                Histogram.LONG,
                "status");
        stageDuration = metrics.histogram(
                "pond.stage.duration",
                "s",
                "Time from the first start of a stage to its end, retries included.",
                Histogram.LONG,
                "stage",
                "status");
        watchdogCancels = metrics.counter(
                "pond.watchdog.cancels",
                "{cancel}",
                "Stages and runs that were ended for their time (wallclock) or their budget (cost).",
                "reason");
        bundleBytes = metrics.counter("pond.bundles.size", "By", "Bytes of sources that were fetched, packed.");
        Recent<Map<RunStatus, Long>> now = new Recent<>(open::count);
        metrics.gauges(
                "pond.runs.open", "{run}", "Runs that have not ended, by status.", () -> points(now.get()), "status");
    }

    private static List<Point> points(Map<RunStatus, Long> counts) {
        List<Point> points = new ArrayList<>();
        for (RunStatus status : RunStatus.values()) {
            if (!status.isTerminal()) {
                points.add(new Point.Value(List.of(status.toString()), counts.getOrDefault(status, 0L)));
            }
        }
        return points;
    }

    @Override
    public void accepted(Run run, String trigger) {
        started.add(1, triggers.bounded(trigger));
        tell(run.id(), null, run.status().toString());
    }

    @Override
    public void changed(Run before, Run now) {
        if (before.bundle() == null && now.bundle() != null) {
            bundleBytes.add(now.bundle().size());
        }
        if (before.status() != now.status()) {
            tell(now.id(), null, now.status().toString());
            Instant end = now.finishedAt();
            if (end != null) {
                ended(now, end);
            }
        }
    }

    private void ended(Run run, Instant at) {
        String status = run.status().toString();
        Instant begun = run.startedAt() == null ? run.createdAt() : run.startedAt();
        finished.add(1, status);
        runDuration.record(Duration.between(begun, at), status);
        Failure error = run.error();
        if (error != null && error.code().equals("run_timeout")) {
            watchdogCancels.add(1, "wallclock");
        }
        spans.run(run, begun, at);
    }

    @Override
    public void changed(Tx tx, RunId run, StageStatus before, Stage now) {
        if (before == now.status()) {
            return;
        }
        Instant begun = now.startedAt();
        Instant end = now.finishedAt();
        if (begun != null && end != null) {
            // Asked for here, where the run can be read; most servers trace nothing.
            ProjectId project = spans.on() ? runs.get(tx, run).project() : null;
            tx.afterCommit(() -> ended(run, project, now, begun, end));
        } else {
            tx.afterCommit(() -> tell(run, now.plan().key(), now.status().toString()));
        }
    }

    private void ended(RunId run, @Nullable ProjectId project, Stage stage, Instant begun, Instant end) {
        String key = stage.plan().key();
        tell(run, key, stage.status().toString());
        stageDuration.record(
                Duration.between(begun, end),
                stages.bounded(key),
                stage.status().toString());
        Failure error = stage.error();
        if (error != null && error.code().equals("timeout")) {
            watchdogCancels.add(1, "wallclock");
        } else if (error != null && error.code().equals("budget_exceeded")) {
            watchdogCancels.add(1, "cost");
        }
        if (project != null) {
            spans.stage(run, project, stage, begun, end);
        }
    }

    private static void tell(RunId run, @Nullable String stage, String status) {
        if (!log.isDebugEnabled()) {
            return;
        }
        MDC.put("run", run.toString());
        if (stage != null) {
            MDC.put("stage", stage);
        }
        try {
            log.debug("run {}{} is {}", run, stage == null ? "" : " stage '" + stage + "'", status);
        } finally {
            MDC.remove("run");
            MDC.remove("stage");
        }
    }
}
