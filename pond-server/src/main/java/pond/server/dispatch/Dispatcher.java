package pond.server.dispatch;

import com.github.f4b6a3.uuid.UuidCreator;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;
import pond.common.api.Failure;
import pond.common.api.RunStatus;
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
import pond.server.watch.Watch;
import pond.server.workers.Needs;
import pond.server.workers.WorkerService;

/**
 * Applies what {@link RunMachine} decides, inside the transaction in which the event happened: stages, the run, its jobs
 * and what they wait for change together or not at all. Hooks of that transaction then wake whoever is concerned.
 * Everything here runs on the writer's thread.
 */
public final class Dispatcher implements RunFlow {
    private static final int MAX_WAITERS = 10_000;
    private static final String BUSY = "all capable workers are busy";

    private final RunService runs;
    private final StageService stages;
    private final WorkerService workers;
    private final LeaseDesk desk;
    private final DispatchSettings settings;
    private final InstantSource clock;
    private final JobStore jobs = new JobStore();
    private final Watch<WorkerId> orders = new Watch<>(MAX_WAITERS);
    private volatile Consumer<Instant> deadlines = deadline -> {};

    public Dispatcher(
            RunService runs,
            StageService stages,
            WorkerService workers,
            LeaseDesk desk,
            DispatchSettings settings,
            InstantSource clock) {
        this.runs = runs;
        this.stages = stages;
        this.workers = workers;
        this.desk = desk;
        this.settings = settings;
        this.clock = clock;
    }

    /** Tells of every new deadline, on the writer's thread, after its commit. */
    void onDeadline(Consumer<Instant> listener) {
        deadlines = listener;
    }

    /** Calls of workers that wait for orders about their jobs. */
    Watch<WorkerId> orders() {
        return orders;
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
        decision.effects().forEach(effect -> perform(tx, run, decision.stages(), effect, run.createdAt()));
    }

    @Override
    public void cancelRequested(Tx tx, RunId id) {
        Run run = runs.get(tx, id);
        if (!run.status().isTerminal()) {
            apply(tx, id, new RunEvent.CancelRequested(clock.instant()));
        }
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
        decision.effects().forEach(effect -> perform(tx, now, decision.stages(), effect, event.at()));
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
        return decision;
    }

    private void perform(Tx tx, Run run, List<Stage> all, Effect effect, Instant at) {
        Stage stage = all.stream()
                .filter(one -> one.position() == effect.position())
                .findFirst()
                .orElseThrow();
        if (effect instanceof Effect.Enqueue enqueue) {
            enqueue(tx, run, stage, enqueue, at);
        } else if (effect instanceof Effect.Withdraw) {
            for (JobRow job : jobs.listLive(tx, run.id(), stage.position())) {
                jobs.delete(tx, job.id());
                stages.endWait(tx, job.id().toString());
            }
        } else if (effect instanceof Effect.Stop) {
            for (JobRow job : jobs.listLive(tx, run.id(), stage.position())) {
                jobs.stop(tx, job.id());
                tellWorker(tx, job);
            }
        } else if (effect instanceof Effect.Revoke) {
            for (JobRow job : jobs.listLive(tx, run.id(), stage.position())) {
                jobs.move(tx, job.id(), JobRow.Status.LEASED, JobRow.Status.LOST);
                stages.endWait(tx, job.id().toString());
                tellWorker(tx, job);
            }
        }
    }

    private void tellWorker(Tx tx, JobRow job) {
        WorkerId worker = job.worker();
        if (worker != null) {
            tx.afterCommit(() -> orders.wakeAll(worker));
        }
    }

    private void enqueue(Tx tx, Run run, Stage stage, Effect.Enqueue enqueue, Instant at) {
        boolean later = !enqueue.delay().isZero();
        JobRow job = new JobRow(
                new JobId(UuidCreator.getTimeOrderedEpochPlus1()),
                run.id(),
                stage.position(),
                null,
                enqueue.attempt(),
                run.project(),
                stage.plan().needs(),
                later ? JobRow.Status.BACKOFF : JobRow.Status.QUEUED,
                null,
                null,
                false);
        jobs.insert(tx, job);
        if (later) {
            wait(
                    tx,
                    new Wait(
                            job.id().toString(),
                            run.id(),
                            stage.position(),
                            WaitCode.RETRY_BACKOFF,
                            "attempt " + enqueue.attempt() + " starts after a pause",
                            at,
                            at.plus(enqueue.delay())));
        } else {
            queued(tx, run, job, at);
        }
    }

    /** A job is there for the taking: says what it waits for, and calls a worker that waits for such a job. */
    private void queued(Tx tx, Run run, JobRow job, Instant at) {
        Needs needs = Needs.parse(job.needs());
        boolean capable = workers.canServe(needs, job.project());
        wait(
                tx,
                new Wait(
                        job.id().toString(),
                        job.run(),
                        job.position(),
                        capable ? WaitCode.WORKERS_BUSY : WaitCode.NO_CAPABLE_WORKER,
                        capable ? BUSY : workers.whyNobody(needs, job.project()),
                        at,
                        capable ? run.createdAt().plus(settings.runLimit()) : at.plus(settings.noWorkerGrace())));
        tx.afterCommit(() -> desk.queued(
                worker -> worker.serves(needs) && worker.admits(job.project()),
                later -> jobs.find(later, job.id())
                        .filter(row -> row.status() == JobRow.Status.QUEUED)
                        .isPresent()));
    }

    /** The pause before another attempt is over. */
    void retry(Tx tx, JobId id, Instant at) {
        jobs.move(tx, id, JobRow.Status.BACKOFF, JobRow.Status.QUEUED);
        JobRow job = jobs.find(tx, id).orElseThrow();
        queued(tx, runs.get(tx, job.run()), job, at);
        runs.touch(tx, job.run());
    }

    /** Says anew what queued jobs of one kind and project wait for. */
    void reassess(Tx tx, JobStore.Turn turn, Instant now) {
        Needs needs = Needs.parse(turn.needs());
        if (workers.canServe(needs, turn.project())) {
            jobs.waitFor(tx, turn, WaitCode.WORKERS_BUSY, BUSY, now, settings.runLimit());
        } else {
            String why = workers.whyNobody(needs, turn.project());
            jobs.waitFor(tx, turn, WaitCode.NO_CAPABLE_WORKER, why, now, settings.noWorkerGrace());
            tx.afterCommit(() -> deadlines.accept(now.plus(settings.noWorkerGrace())));
        }
    }

    /** Takes a job from a worker that is lost or gives it back; the run goes on by its retry rule. */
    void lost(Tx tx, JobRow job, String message) {
        jobs.move(tx, job.id(), JobRow.Status.LEASED, JobRow.Status.LOST);
        stages.endWait(tx, job.id().toString());
        tellWorker(tx, job);
        apply(
                tx,
                job.run(),
                new RunEvent.Ended(
                        clock.instant(),
                        job.position(),
                        RunEvent.End.LOST,
                        new Failure("worker_lost", message),
                        null,
                        null,
                        false));
    }

    /** Stores a wait and tells whoever enforces deadlines. */
    void wait(Tx tx, Wait wait) {
        stages.putWait(tx, wait);
        tx.afterCommit(() -> deadlines.accept(wait.deadline()));
    }
}
