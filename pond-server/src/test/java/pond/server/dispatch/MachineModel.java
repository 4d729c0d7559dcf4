package pond.server.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import pond.common.api.Failure;
import pond.common.api.RunStatus;
import pond.common.api.StageStatus;
import pond.common.definition.ExecutorKind;
import pond.common.definition.RetrySpec;
import pond.common.ids.ProjectId;
import pond.common.ids.RunId;
import pond.common.json.Json;
import pond.server.dispatch.RunEvent.End;
import pond.server.runs.Reuse;
import pond.server.runs.Run;
import pond.server.runs.RunMoves;
import pond.server.stages.Stage;
import pond.server.stages.StageMoves;

/** A run that goes through the machine, with its jobs as effects make them; checks after each event what must hold. */
final class MachineModel {
    private static final Instant START = Instant.parse("2026-01-02T03:04:05Z");

    /** A job that has not ended. */
    record Live(int attempt, boolean leased, boolean stopping) {}

    private final Map<Integer, Live> jobs = new TreeMap<>();
    private Run run = Run.queued(new RunId(new UUID(1, 2)), new ProjectId("garden"), START);
    private List<Stage> stages;
    private List<Effect> effects = List.of();
    private boolean everythingConfirmed = true;
    private long seconds;

    MachineModel(List<Stage.Plan> plans) {
        stages = plans.stream().map(Stage::pending).toList();
    }

    /** What a re-run from what failed begins with, after a run that has ended. */
    MachineModel rerun(boolean bundleKept) {
        assertThat(run.status().isTerminal()).isTrue();
        List<Stage> planned = stages.stream()
                .map(stage -> Stage.pending(plan(
                        stage.position(),
                        stage.plan().kind(),
                        stage.plan().retry(),
                        stage.plan().predecessors().toArray(Integer[]::new))))
                .toList();
        MachineModel again = new MachineModel(List.of());
        again.stages = Reuse.ofDone(planned, stages, bundleKept).stages();
        again.seconds = seconds;
        return again;
    }

    static Stage.Plan plan(int position, ExecutorKind kind, RetrySpec retry, Integer... predecessors) {
        return new Stage.Plan(
                position,
                "s" + position,
                "s" + position,
                null,
                kind,
                "{}",
                Duration.ofMinutes(1),
                Json.write(retry),
                "{}",
                List.of(predecessors));
    }

    Run run() {
        return run;
    }

    List<Stage> stages() {
        return stages;
    }

    Stage stage(int position) {
        return stages.stream()
                .filter(stage -> stage.position() == position)
                .findFirst()
                .orElseThrow();
    }

    List<StageStatus> statuses() {
        return stages.stream().map(Stage::status).toList();
    }

    /** What the last event had done about jobs. */
    List<Effect> effects() {
        return effects;
    }

    Map<Integer, Live> jobs() {
        return Map.copyOf(jobs);
    }

    Instant next() {
        return START.plusSeconds(++seconds);
    }

    MachineModel submit() {
        return apply(new RunEvent.Submitted(next()));
    }

    /** Leases the queued job of a stage. */
    MachineModel lease(int position) {
        Live job = job(position);
        jobs.put(position, new Live(job.attempt(), true, false));
        return apply(new RunEvent.Leased(next(), position, job.attempt(), "w"));
    }

    /** Ends the leased job of a stage. */
    MachineModel end(int position, End end, boolean confirmed) {
        jobs.remove(position);
        everythingConfirmed &= confirmed || run.cancelRequestedAt() == null;
        return ended(position, end, "it was " + end, confirmed);
    }

    MachineModel end(int position, End end, String message) {
        jobs.remove(position);
        return ended(position, end, message, true);
    }

    private MachineModel ended(int position, End end, String message, boolean confirmed) {
        Failure failure = end == End.DONE || end == End.CANCELLED ? null : new Failure("bad", message);
        return apply(new RunEvent.Ended(next(), position, end, failure, null, null, confirmed));
    }

    MachineModel end(int position, End end) {
        return end(position, end, true);
    }

    MachineModel done(int... positions) {
        for (int position : positions) {
            lease(position).end(position, End.DONE);
        }
        return this;
    }

    MachineModel unserved(int position) {
        return apply(new RunEvent.Unserved(next(), position, new Failure("no_capable_worker", "nobody")));
    }

    MachineModel cancel() {
        return apply(new RunEvent.CancelRequested(next()));
    }

    MachineModel cancelOverdue() {
        return apply(new RunEvent.CancelOverdue(next()));
    }

    MachineModel expire() {
        return apply(new RunEvent.Expired(next(), new Failure("run_timeout", "too long")));
    }

    private Live job(int position) {
        Live job = jobs.get(position);
        if (job == null) {
            throw new AssertionError("stage " + position + " has no job");
        }
        return job;
    }

    MachineModel apply(RunEvent event) {
        Run runBefore = run;
        List<Stage> before = stages;
        RunMachine.Decision decision = RunMachine.decide(run, stages, event);
        run = decision.run();
        stages = decision.stages();
        effects = decision.effects();
        for (Effect effect : effects) {
            assertThat(before.get(index(effect.position())).status().isTerminal())
                    .as("%s on a stage that had ended", effect)
                    .isFalse();
            perform(effect, runBefore);
        }
        checkMoves(runBefore, before);
        checkJobs();
        checkEnd();
        return this;
    }

    private void perform(Effect effect, Run before) {
        Live job = jobs.get(effect.position());
        if (effect instanceof Effect.Enqueue enqueue) {
            assertThat(job).as("a second job by %s", effect).isNull();
            assertThat(before.error()).as("%s after a failure", effect).isNull();
            assertThat(before.cancelRequestedAt())
                    .as("%s after a cancel", effect)
                    .isNull();
            assertThat(enqueue.attempt()).isEqualTo(stage(effect.position()).attempt() + 1);
            assertThat(stage(effect.position()).plan().predecessors())
                    .allSatisfy(earlier -> assertThat(stage(earlier).status()).isEqualTo(StageStatus.DONE));
            assertThat(StageGraph.ancestors(stages, stage(effect.position())))
                    .as("what %s may read is there", effect)
                    .allSatisfy(earlier -> assertThat(stages)
                            .anyMatch(
                                    stage -> stage.plan().key().equals(earlier) && stage.status() == StageStatus.DONE));
            jobs.put(effect.position(), new Live(enqueue.attempt(), false, false));
        } else if (effect instanceof Effect.Withdraw) {
            assertThat(job).as("%s", effect).isNotNull().matches(live -> !live.leased());
            jobs.remove(effect.position());
        } else if (effect instanceof Effect.Stop) {
            assertThat(job).as("%s", effect).isNotNull().matches(live -> live.leased() && !live.stopping());
            jobs.put(effect.position(), new Live(job(effect.position()).attempt(), true, true));
        } else {
            assertThat(job).as("%s", effect).isNotNull().matches(Live::leased);
            jobs.remove(effect.position());
            everythingConfirmed = false;
        }
    }

    private void checkMoves(Run before, List<Stage> stagesBefore) {
        assertThat(run.status())
                .satisfies(now -> assertThat(now == before.status() || RunMoves.isLegal(before.status(), now))
                        .as("%s to %s", before.status(), now)
                        .isTrue());
        assertThat(stages).hasSameSizeAs(stagesBefore);
        for (int i = 0; i < stages.size(); i++) {
            StageStatus was = stagesBefore.get(i).status();
            StageStatus now = stages.get(i).status();
            assertThat(was == now || StageMoves.isLegal(was, now))
                    .as("%s to %s", was, now)
                    .isTrue();
            if (was.isTerminal()) {
                assertThat(stages.get(i)).isEqualTo(stagesBefore.get(i));
            }
        }
    }

    private void checkJobs() {
        for (Stage stage : stages) {
            @Nullable Live job = jobs.get(stage.position());
            switch (stage.status()) {
                case QUEUED -> assertThat(job).matches(live -> live != null && !live.leased());
                case RUNNING ->
                    assertThat(job).matches(live -> live != null && live.leased() && live.attempt() == stage.attempt());
                case PENDING, DONE, FAILED, CANCELLED, SKIPPED ->
                    assertThat(job).isNull();
            }
        }
    }

    private void checkEnd() {
        boolean allEnded = stages.stream().allMatch(stage -> stage.status().isTerminal());
        assertThat(run.status().isTerminal()).isEqualTo(allEnded);
        assertThat(run.finishedAt() != null).isEqualTo(allEnded);
        assertThat(run.killConfirmed() != null).isEqualTo(run.cancelRequestedAt() != null);
        if (!allEnded) {
            return;
        }
        assertThat(jobs).isEmpty();
        List<StageStatus> ends = new ArrayList<>(statuses());
        if (run.cancelRequestedAt() != null) {
            assertThat(run.status()).isEqualTo(RunStatus.CANCELLED);
            assertThat(!Boolean.TRUE.equals(run.killConfirmed()) || everythingConfirmed)
                    .as("killConfirmed without a confirmation")
                    .isTrue();
        } else if (run.error() != null) {
            assertThat(run.status()).isEqualTo(RunStatus.FAILED);
            assertThat(ends.contains(StageStatus.FAILED) || ends.contains(StageStatus.SKIPPED))
                    .isTrue();
        } else {
            assertThat(run.status()).isEqualTo(RunStatus.DONE);
            assertThat(ends).containsOnly(StageStatus.DONE);
        }
    }

    private int index(int position) {
        return stages.indexOf(stage(position));
    }

    @Override
    public String toString() {
        return run.status() + " " + statuses() + " " + jobs;
    }
}
