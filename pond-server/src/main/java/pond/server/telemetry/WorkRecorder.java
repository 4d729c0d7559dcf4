package pond.server.telemetry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import pond.common.definition.ExecutorKind;
import pond.common.ids.JobId;
import pond.common.protocol.Receipt;
import pond.common.protocol.UsageRecord;
import pond.server.dispatch.Backlog;
import pond.server.dispatch.JobListener;
import pond.server.usage.CallListener;
import pond.server.workers.Worker;
import pond.server.workers.WorkerService;

/** Jobs, workers and model calls: what they do is counted, how many there are is asked for. */
public final class WorkRecorder implements JobListener, CallListener {
    private static final Logger log = LoggerFactory.getLogger(WorkRecorder.class);
    private static final int MODELS = 100;
    private static final double MICROS_PER_CENT = 10_000;
    /** As the receipts of workers have it. */
    private static final String EGRESS = "egress:";

    private final Names models = new Names(MODELS);
    private final Histogram delay;
    private final Counter lost;
    private final Counter egressRefused;
    private final Counter workersEnded;
    private final Counter calls;
    private final Counter tokens;
    private final Counter cost;

    public WorkRecorder(Metrics metrics, WorkerService workers, Backlog backlog) {
        delay = metrics.histogram(
                "pond.dispatch.delay",
                "s",
                "Time that a job has waited for a worker when one is given it.",
                Histogram.QUICK,
                "executor");
        lost = metrics.counter("pond.jobs.lost", "{job}", "Jobs that were taken from their workers.", "reason");
        egressRefused = metrics.counter(
                "pond.egress.refused", "{destination}", "Destinations that sandboxes refused, each once a job.");
        workersEnded =
                metrics.counter("pond.workers.ended", "{worker}", "Attachments of workers that have ended.", "ending");
        calls = metrics.counter("pond.model.calls", "{call}", "Model calls.", "model");
        tokens = metrics.counter("pond.model.tokens", "{token}", "Tokens of model calls.", "model", "direction");
        cost = metrics.counter("pond.model.cost_cents", "{cent}", "Cost of model calls, in US cents.", "model");
        workers.onEnd(ending -> workersEnded.add(1, ending.name().toLowerCase(Locale.ROOT)));
        workers(metrics, workers);
        Supplier<Backlog.Now> now = new Recent<>(backlog::read);
        metrics.gauges(
                "pond.jobs.queued",
                "{job}",
                "Jobs that wait for a worker.",
                () -> byKind(now.get(), Backlog.Queued::count),
                "executor");
        metrics.gauges(
                "pond.jobs.queued.age",
                "s",
                "How long the oldest of them has waited; 0 when there is none.",
                () -> byKind(now.get(), queued -> queued.oldest().toMillis() / 1e3),
                "executor");
        metrics.gauge(
                "pond.jobs.leased",
                "{job}",
                "Jobs in the hands of workers.",
                () -> now.get().leased());
    }

    private static List<Point> byKind(Backlog.Now now, Function<Backlog.Queued, Number> number) {
        List<Point> points = new ArrayList<>();
        now.queued()
                .forEach((kind, queued) -> points.add(new Point.Value(
                        List.of(kind.toString()), number.apply(queued).doubleValue())));
        return points;
    }

    private static void workers(Metrics metrics, WorkerService workers) {
        metrics.gauges(
                "pond.workers", "{worker}", "Workers that are attached.", () -> byState(workers, worker -> 1), "state");
        metrics.gauges(
                "pond.workers.slots",
                "{slot}",
                "Jobs that they can have at a time; pond.jobs.leased says how many they have.",
                () -> byState(workers, Worker::slots),
                "state");
    }

    private enum State {
        READY,
        DRAINING
    }

    private static List<Point> byState(WorkerService workers, Function<Worker, Integer> number) {
        Map<State, Integer> sums = new EnumMap<>(Map.of(State.READY, 0, State.DRAINING, 0));
        workers.listAttached()
                .forEach(worker -> sums.merge(
                        worker.draining() ? State.DRAINING : State.READY, number.apply(worker), Integer::sum));
        List<Point> points = new ArrayList<>();
        sums.forEach((state, sum) ->
                points.add(new Point.Value(List.of(state.name().toLowerCase(Locale.ROOT)), sum)));
        return points;
    }

    @Override
    public void leased(JobId job, ExecutorKind kind, Duration waited) {
        delay.record(waited.isNegative() ? Duration.ZERO : waited, kind.toString());
    }

    @Override
    public void lost(JobId job, Loss why) {
        lost.add(1, why.toString());
        MDC.put("job", job.toString());
        try {
            log.debug("job {} was taken from its worker: {}", job, why);
        } finally {
            MDC.remove("job");
        }
    }

    @Override
    public void ended(JobId job, Receipt receipt) {
        long refused = receipt.refused().stream()
                .filter(what -> what.startsWith(EGRESS))
                .count();
        if (refused > 0) {
            egressRefused.add(refused);
        }
    }

    @Override
    public void recorded(UsageRecord call, @Nullable Long costMicros) {
        String model = models.bounded(call.model());
        calls.add(1, model);
        tokens.add(call.inputTokens(), model, "input");
        tokens.add(call.cacheReadTokens(), model, "cache_read");
        tokens.add(call.cacheWriteTokens(), model, "cache_write");
        tokens.add(call.outputTokens(), model, "output");
        if (costMicros != null) {
            cost.add(costMicros / MICROS_PER_CENT, model);
        }
    }
}
