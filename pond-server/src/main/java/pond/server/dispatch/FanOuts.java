package pond.server.dispatch;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import pond.common.api.Failure;
import pond.common.api.StageStatus;
import pond.common.api.StageView.ProgressView;
import pond.common.definition.ExecutorSpec;
import pond.server.artifacts.Producer;
import pond.server.db.Tx;
import pond.server.runs.Run;
import pond.server.stages.Stage;
import pond.server.stages.StageService;
import pond.server.swarm.Area;
import pond.server.swarm.FanOutException;
import pond.server.swarm.FrozenInvocations;
import pond.server.swarm.Joiner;
import pond.server.swarm.Substage;
import pond.server.swarm.Substages;
import pond.server.workers.Needs;

/**
 * Applies what {@link SubstageMachine} decides about the areas of a stage, and says what that makes of the stage. Runs on
 * the writer's thread.
 */
final class FanOuts {
    /** Beyond these, a message says how many more there are. */
    private static final int NAMED = 20;

    private final StageService stages;
    private final JobQueue queue;
    private final Joiner joiner;
    private final DispatchSettings settings;
    private final Substages substages = new Substages();
    private final FrozenInvocations frozen = new FrozenInvocations();
    private final JobStore jobs = new JobStore();

    FanOuts(StageService stages, JobQueue queue, Joiner joiner, DispatchSettings settings) {
        this.stages = stages;
        this.queue = queue;
        this.joiner = joiner;
        this.settings = settings;
    }

    /** Whether the stage has areas. */
    boolean has(Tx tx, Run run, int position) {
        return !substages.list(tx, run.id(), position).isEmpty();
    }

    /** Queues the first attempt of each area. */
    void begin(Tx tx, Run run, int position, List<Area> areas, String needs, Instant at) {
        for (int i = 0; i < areas.size(); i++) {
            substages.insert(tx, run.id(), position, Substage.first(areas.get(i), i));
            JobQueue.Subject first = new JobQueue.Subject(position, areas.get(i).key(), 1);
            queue.add(tx, run, first, needs, Duration.ZERO, at);
        }
        progress(tx, run, position, substages.list(tx, run.id(), position));
    }

    /**
     * Applies an event to the areas of a stage.
     *
     * @param run as it is with the event
     * @return empty while some area has not ended; else what that makes of the stage, null being well
     */
    Optional<Result> apply(Tx tx, Run run, Stage stage, AreaEvent event) {
        List<Substage> before = substages.list(tx, run.id(), stage.position());
        SubstageMachine.Decision decision = SubstageMachine.decide(stage.plan().retry(), before, event);
        for (int i = 0; i < before.size(); i++) {
            Substage now = decision.areas().get(i);
            if (!now.equals(before.get(i))) {
                substages.update(tx, run.id(), stage.position(), before.get(i).status(), now);
            }
        }
        if (!decision.effects().isEmpty()) {
            perform(tx, run, stage, decision.effects(), event.at());
        }
        progress(tx, run, stage.position(), decision.areas());
        return decision.over() ? Optional.of(new Result(end(tx, run, stage, decision.areas()))) : Optional.empty();
    }

    /** How a stage ends, all whose areas have. */
    record Result(@Nullable Failure failure) {}

    private void perform(Tx tx, Run run, Stage stage, List<AreaEffect> effects, Instant at) {
        List<JobRow> live = jobs.listLive(tx, run.id(), stage.position());
        for (AreaEffect effect : effects) {
            if (effect instanceof AreaEffect.Enqueue enqueue) {
                JobQueue.Subject next = new JobQueue.Subject(stage.position(), enqueue.key(), enqueue.attempt());
                queue.add(tx, run, next, needs(tx, run, stage), enqueue.delay(), at);
                continue;
            }
            JobRow job = live.stream()
                    .filter(row -> effect.key().equals(row.substage()))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("area " + effect.key() + " has no job"));
            if (effect instanceof AreaEffect.Withdraw) {
                queue.withdraw(tx, job);
            } else if (effect instanceof AreaEffect.Stop) {
                queue.stop(tx, job);
            } else {
                queue.revoke(tx, job);
            }
        }
    }

    private String needs(Tx tx, Run run, Stage stage) {
        String capability = frozen.find(tx, run.id(), stage.position())
                .orElseThrow()
                .harness()
                .capability();
        return Needs.ofAgent(swarm(stage), run.project(), capability).text();
    }

    private void progress(Tx tx, Run run, int position, List<Substage> areas) {
        long ended = areas.stream().filter(area -> area.status().isTerminal()).count();
        long failed = areas.stream()
                .filter(area -> area.status() == StageStatus.FAILED)
                .count();
        String message = failed == 0 ? null : failed + " failed";
        stages.putProgress(tx, run.id(), position, new ProgressView(ended, areas.size(), message));
    }

    /** Joins what is good; a cancelled run, or one whose time is over, shows no results that nobody asked for any more. */
    private @Nullable Failure end(Tx tx, Run run, Stage stage, List<Substage> areas) {
        if (run.cancelRequestedAt() != null || stage.status().isTerminal()) {
            return null;
        }
        List<Substage> done =
                areas.stream().filter(area -> area.status() == StageStatus.DONE).toList();
        Failure joined = done.isEmpty() ? null : join(tx, run, stage, done);
        if (done.size() == areas.size()) {
            return joined;
        }
        String also = joined == null ? "" : "; and " + joined.message();
        return new Failure("areas_failed", describe(areas) + also);
    }

    private @Nullable Failure join(Tx tx, Run run, Stage stage, List<Substage> done) {
        ExecutorSpec.Swarm.Parse parse = swarm(stage).parse();
        if (parse == null) {
            return null;
        }
        try {
            Producer producer =
                    new Producer(run.id(), stage.position(), stage.plan().key(), null);
            joiner.join(tx, producer, parse, done, settings.limits().artifactBytes());
            return null;
        } catch (FanOutException e) {
            return e.failure();
        }
    }

    private static String describe(List<Substage> areas) {
        List<String> bad = new ArrayList<>();
        for (Substage area : areas) {
            if (area.status() != StageStatus.DONE) {
                Failure error = area.error();
                bad.add(area.key() + " (" + (error == null ? area.status().toString() : error.code()) + ")");
            }
        }
        String more = bad.size() > NAMED ? " and " + (bad.size() - NAMED) + " more" : "";
        return bad.size() + " of " + areas.size() + " areas failed: "
                + bad.stream().limit(NAMED).collect(Collectors.joining(", ")) + more;
    }

    private static ExecutorSpec.Swarm swarm(Stage stage) {
        return Objects.requireNonNull((ExecutorSpec.Swarm) stage.plan().executor());
    }
}
