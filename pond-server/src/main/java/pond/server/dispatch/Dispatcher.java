package pond.server.dispatch;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import pond.common.api.Failure;
import pond.common.api.RunStatus;
import pond.common.api.StageStatus;
import pond.common.definition.ExecutorKind;
import pond.common.ids.JobId;
import pond.common.ids.RunId;
import pond.common.ids.WorkerId;
import pond.server.db.Tx;
import pond.server.runs.Run;
import pond.server.runs.RunFlow;
import pond.server.runs.RunService;
import pond.server.stages.Stage;
import pond.server.stages.StageService;
import pond.server.stages.Wait;
import pond.server.stages.WaitCode;
import pond.server.swarm.Joiner;
import pond.server.watch.Watch;
import pond.server.workers.WorkerService;

/**
 * Applies what {@link RunMachine} decides, inside the transaction in which the event happened: stages, the run, its jobs
 * and what they wait for change together or not at all. Hooks of that transaction then wake whoever is concerned.
 * Everything here runs on the writer's thread.
 */
public final class Dispatcher implements RunFlow {
    private final RunService runs;
    private final StageService stages;
    private final DispatchSettings settings;
    private final InstantSource clock;
    private final JobQueue queue;
    private final FanOuts fanOuts;
    private final SwarmTurns swarmTurns;
    private final Invocations invocations;
    private final JobStore jobs = new JobStore();

    public Dispatcher(
            RunService runs,
            StageService stages,
            WorkerService workers,
            LeaseDesk desk,
            Agents agents,
            DispatchSettings settings,
            InstantSource clock) {
        this.runs = runs;
        this.stages = stages;
        this.settings = settings;
        this.clock = clock;
        this.queue = new JobQueue(runs, stages, workers, desk, settings);
        this.fanOuts = new FanOuts(stages, queue, new Joiner(agents.artifacts()), settings);
        this.swarmTurns = new SwarmTurns(agents, queue, fanOuts);
        this.invocations = new Invocations(agents.budgets());
    }

    /** Tells of every new deadline, on the writer's thread, after its commit. */
    void onDeadline(Consumer<Instant> listener) {
        queue.onDeadline(listener);
    }

    /** Tells of what happens to jobs; there is one listener. */
    public void onJobs(JobListener listener) {
        queue.onJobs(listener);
    }

    /** Calls of workers that wait for orders about their jobs. */
    Watch<WorkerId> orders() {
        return queue.orders();
    }

    JobQueue queue() {
        return queue;
    }

    Invocations invocations() {
        return invocations;
    }

    @Override
    public void submitted(Tx tx, Run run, List<Stage> pending) {
        RunMachine.Decision decision = RunMachine.decide(run, pending, new RunEvent.Submitted(run.createdAt()));
        decision.stages().forEach(stage -> stages.insert(tx, run.id(), stage));
        wait(
                tx,
                new Wait(
                        run.id().toString(),
                        run.id(),
                        null,
                        WaitCode.RUN_LIMIT,
                        "a run may last this long",
                        run.createdAt(),
                        run.createdAt().plus(settings.runLimit())));
        List<RunEvent> more = new ArrayList<>();
        decision.effects()
                .forEach(effect -> perform(tx, run, decision.stages(), effect, run.createdAt())
                        .ifPresent(more::add));
        more.forEach(event -> follow(tx, run.id(), event));
    }

    @Override
    public void cancelRequested(Tx tx, RunId id) {
        Run run = runs.get(tx, id);
        if (!run.status().isTerminal()) {
            apply(tx, id, new RunEvent.CancelRequested(clock.instant()));
        }
    }

    /** A harness or a model was registered: whoever waits for that may go on. */
    public void registered(Tx tx) {
        // One that cannot begin fails its run, and the others of that run wait no more.
        stages.listWaitsForOperators(tx)
                .forEach(wait -> jobs.find(tx, JobId.of(wait.subject())).ifPresent(held -> lookAgain(tx, wait, held)));
    }

    private void lookAgain(Tx tx, Wait wait, JobRow held) {
        Run run = runs.get(tx, held.run());
        List<Stage> all = stages.list(tx, run.id());
        SwarmTurns.Turn turn = new SwarmTurns.Turn(run, all, StageGraph.at(all, held.position()));
        if (swarmTurns.isKnown(tx, turn, wait)) {
            queue.withdraw(tx, held);
            Instant now = clock.instant();
            swarmTurns
                    .enqueue(tx, turn, new Effect.Enqueue(held.position(), held.attempt(), Duration.ZERO), now)
                    .ifPresent(why -> apply(tx, run.id(), new RunEvent.Unserved(now, held.position(), why)));
        }
        runs.touch(tx, run.id());
    }

    /** Applies an event to a run as it is stored. */
    RunMachine.Decision apply(Tx tx, RunId id, RunEvent event) {
        return apply(tx, runs.get(tx, id), stages.list(tx, id), event);
    }

    private RunMachine.Decision apply(Tx tx, Run run, List<Stage> before, RunEvent event) {
        RunMachine.Decision decision = RunMachine.decide(run, before, event);
        for (int i = 0; i < before.size(); i++) {
            Stage now = decision.stages().get(i);
            if (!now.equals(before.get(i))) {
                stages.update(tx, run.id(), before.get(i).status(), now);
            }
        }
        Run now = decision.run();
        List<RunEvent> more = new ArrayList<>();
        decision.effects()
                .forEach(effect ->
                        perform(tx, now, decision.stages(), effect, event.at()).ifPresent(more::add));
        runs.update(tx, run, now);
        if (now.status().isTerminal()) {
            stages.endWaits(tx, run.id());
        } else if (now.status() == RunStatus.CANCELLING && run.status() != RunStatus.CANCELLING) {
            wait(
                    tx,
                    new Wait(
                            run.id().toString(),
                            run.id(),
                            null,
                            WaitCode.CANCEL_CONFIRMATION,
                            "its workers are ending what runs",
                            event.at(),
                            event.at().plus(settings.cancelWait())));
        }
        more.forEach(next -> follow(tx, run.id(), next));
        return decision;
    }

    /** Applies what the effects of an event have led to, unless one of the others has ended that stage meanwhile. */
    private void follow(Tx tx, RunId id, RunEvent event) {
        int position =
                event instanceof RunEvent.AreaEnded ended ? ended.position() : ((RunEvent.Unserved) event).position();
        List<Stage> all = stages.list(tx, id);
        if (!StageGraph.at(all, position).status().isTerminal()) {
            apply(tx, runs.get(tx, id), all, event);
        }
    }

    /** Does what a decision wants; what that leads to, if to anything. */
    private Optional<RunEvent> perform(Tx tx, Run run, List<Stage> all, Effect effect, Instant at) {
        Stage stage = StageGraph.at(all, effect.position());
        boolean swarm = stage.plan().kind() == ExecutorKind.SWARM;
        if (effect instanceof Effect.Enqueue enqueue) {
            if (swarm) {
                return swarmTurns
                        .enqueue(tx, new SwarmTurns.Turn(run, all, stage), enqueue, at)
                        .map(why -> new RunEvent.Unserved(at, stage.position(), why));
            }
            JobQueue.Subject next = new JobQueue.Subject(stage.position(), null, enqueue.attempt());
            queue.add(tx, run, next, stage.plan().needs(), enqueue.delay(), at);
        } else if (swarm && fanOuts.has(tx, run, stage.position())) {
            return fanOuts.apply(tx, run, stage, areaEvent(stage, effect, at))
                    .filter(result -> !stage.status().isTerminal())
                    .map(result -> new RunEvent.AreaEnded(at, stage.position(), true, null, true, result.failure()));
        } else if (!(effect instanceof Effect.CallOffRetries)) {
            for (JobRow job : jobs.listLive(tx, run.id(), stage.position())) {
                if (effect instanceof Effect.Withdraw) {
                    queue.withdraw(tx, job);
                } else if (effect instanceof Effect.Stop) {
                    queue.stop(tx, job);
                } else {
                    queue.revoke(tx, job);
                }
            }
        }
        return Optional.empty();
    }

    private static AreaEvent areaEvent(Stage stage, Effect effect, Instant at) {
        if (effect instanceof Effect.CallOffRetries) {
            return new AreaEvent.RetriesCalledOff(at);
        }
        return effect instanceof Effect.Revoke
                ? new AreaEvent.TakenBack(at, stage.status(), stage.error())
                : new AreaEvent.Stopped(at);
    }

    /** A worker has been given a job; the run and its stages as that leaves them. */
    RunMachine.Decision leased(Tx tx, JobRow job, String worker, Instant at) {
        String area = job.substage();
        if (area == null) {
            return apply(tx, job.run(), new RunEvent.Leased(at, job.position(), job.attempt(), worker));
        }
        Run run = runs.get(tx, job.run());
        List<Stage> all = stages.list(tx, job.run());
        Stage stage = StageGraph.at(all, job.position());
        fanOuts.apply(tx, run, stage, new AreaEvent.Leased(at, area, job.attempt(), worker));
        if (stage.status() == StageStatus.QUEUED) {
            return apply(tx, run, all, new RunEvent.Leased(at, job.position(), 1, null));
        }
        runs.touch(tx, run.id());
        return new RunMachine.Decision(run, all, List.of());
    }

    /** An attempt of a job's stage, or of its area, is over; {@code run} and {@code all} are as they were until now. */
    RunMachine.Decision ended(Tx tx, Run run, List<Stage> all, JobRow job, RunEvent.Ended event) {
        String area = job.substage();
        if (area == null) {
            return apply(tx, run, all, event);
        }
        AreaEvent.Course course = run.cancelRequestedAt() != null
                ? AreaEvent.Course.CANCELLING
                : run.error() != null ? AreaEvent.Course.FAILING : AreaEvent.Course.GOING;
        AreaEvent ended = new AreaEvent.Ended(event.at(), area, event.end(), event.failure(), event.exitCode(), course);
        return area(tx, run, all, job, ended, event);
    }

    private RunMachine.Decision area(
            Tx tx, Run run, List<Stage> all, JobRow job, AreaEvent event, RunEvent.@Nullable Ended report) {
        Optional<FanOuts.Result> result = fanOuts.apply(tx, run, StageGraph.at(all, job.position()), event);
        return apply(
                tx,
                run,
                all,
                new RunEvent.AreaEnded(
                        event.at(),
                        job.position(),
                        report == null || report.killConfirmed(),
                        report == null ? null : report.sandbox(),
                        result.isPresent(),
                        result.map(FanOuts.Result::failure).orElse(null)));
    }

    /** Whoever waited for a worker, or for an operator, has waited long enough. */
    void unserved(Tx tx, Wait wait, Instant at) {
        Failure why = new Failure(wait.code().toString(), wait.message());
        Run run = runs.get(tx, wait.runId());
        JobRow job = jobs.find(tx, JobId.of(wait.subject())).orElseThrow();
        String area = job.substage();
        List<Stage> all = stages.list(tx, run.id());
        if (area != null && StageGraph.at(all, job.position()).status() == StageStatus.RUNNING) {
            area(tx, run, all, job, new AreaEvent.Unserved(at, area, why), null);
        } else {
            apply(tx, run, all, new RunEvent.Unserved(at, job.position(), why));
        }
    }

    /** Takes a job from a worker that is lost or gives it back; the run goes on by its retry rule. */
    void lost(Tx tx, JobRow job, String message) {
        queue.revoke(tx, job);
        Failure why = new Failure("worker_lost", message);
        ended(
                tx,
                runs.get(tx, job.run()),
                stages.list(tx, job.run()),
                job,
                new RunEvent.Ended(clock.instant(), job.position(), RunEvent.End.LOST, why, null, null, false));
    }

    /** Stores a wait and tells whoever enforces deadlines. */
    void wait(Tx tx, Wait wait) {
        queue.wait(tx, wait);
    }
}
