package pond.server.dispatch;

import com.github.f4b6a3.uuid.UuidCreator;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import pond.common.ids.JobId;
import pond.common.ids.ProjectId;
import pond.common.ids.WorkerId;
import pond.common.protocol.Receipt;
import pond.server.db.Tx;
import pond.server.runs.Run;
import pond.server.runs.RunService;
import pond.server.stages.StageService;
import pond.server.stages.Wait;
import pond.server.stages.WaitCode;
import pond.server.watch.Watch;
import pond.server.workers.Needs;
import pond.server.workers.WorkerService;

/**
 * Jobs before and after they are in somebody's hands: puts them into the queue, says what they wait for, takes them out
 * of it or from their worker. Runs on the writer's thread.
 */
final class JobQueue {
    private static final int MAX_WAITERS = 10_000;
    private static final String BUSY = "all capable workers are busy";

    private final RunService runs;
    private final StageService stages;
    private final WorkerService workers;
    private final LeaseDesk desk;
    private final DispatchSettings settings;
    private final JobStore jobs = new JobStore();
    private final Watch<WorkerId> orders = new Watch<>(MAX_WAITERS);
    private volatile Consumer<Instant> deadlines = deadline -> {};
    private volatile JobListener listener = JobListener.NONE;

    JobQueue(RunService runs, StageService stages, WorkerService workers, LeaseDesk desk, DispatchSettings settings) {
        this.runs = runs;
        this.stages = stages;
        this.workers = workers;
        this.desk = desk;
        this.settings = settings;
    }

    /** What a job is an attempt of. */
    record Subject(int position, @Nullable String substage, int attempt) {}

    /** Tells of every new deadline, on the writer's thread, after its commit. */
    void onDeadline(Consumer<Instant> listener) {
        deadlines = listener;
    }

    /** Tells of what happens to jobs; there is one listener. */
    void onJobs(JobListener told) {
        listener = told;
    }

    /** Calls of workers that wait for orders about their jobs. */
    Watch<WorkerId> orders() {
        return orders;
    }

    /** Queues an attempt, after a delay if there is one. */
    void add(Tx tx, Run run, Subject of, String needs, Duration delay, Instant at) {
        boolean later = !delay.isZero();
        JobRow job = insert(tx, run, of, needs, later ? JobRow.Status.BACKOFF : JobRow.Status.QUEUED);
        if (later) {
            String why = "attempt " + of.attempt() + " starts after a pause";
            wait(tx, wait(job, WaitCode.RETRY_BACKOFF, why, at, at.plus(delay)));
        } else {
            queued(tx, run, job, at);
        }
    }

    /** Keeps the place of an attempt that cannot be queued until an operator has done something. */
    void hold(Tx tx, Run run, Subject of, String needs, WaitCode code, String why, Instant at) {
        JobRow job = insert(tx, run, of, needs, JobRow.Status.BACKOFF);
        wait(tx, wait(job, code, why, at, at.plus(settings.noWorkerGrace())));
    }

    private JobRow insert(Tx tx, Run run, Subject of, String needs, JobRow.Status status) {
        JobRow job = new JobRow(
                new JobId(UuidCreator.getTimeOrderedEpochPlus1()),
                run.id(),
                of.position(),
                of.substage(),
                of.attempt(),
                run.project(),
                needs,
                status,
                null,
                null,
                false);
        jobs.insert(tx, job);
        return job;
    }

    private static Wait wait(JobRow job, WaitCode code, String why, Instant since, Instant deadline) {
        return new Wait(job.id().toString(), job.run(), job.position(), code, why, since, deadline);
    }

    /** A job is there for the taking: says what it waits for, and gives it to a worker that waits for such a job. */
    private void queued(Tx tx, Run run, JobRow job, Instant at) {
        Needs needs = Needs.parse(job.needs());
        boolean capable = workers.canServe(needs, job.project());
        wait(
                tx,
                wait(
                        job,
                        capable ? WaitCode.WORKERS_BUSY : WaitCode.NO_CAPABLE_WORKER,
                        capable ? BUSY : workers.whyNobody(needs, job.project()),
                        at,
                        capable ? run.createdAt().plus(settings.runLimit()) : at.plus(settings.noWorkerGrace())));
        desk.queued(
                tx,
                worker -> worker.serves(needs) && worker.admits(job.project()),
                later -> jobs.find(later, job.id())
                                .filter(row -> row.status() == JobRow.Status.QUEUED)
                                .isPresent()
                        && mayRun(later, job.project()));
    }

    private boolean mayRun(Tx tx, ProjectId project) {
        return !settings.projects().isAtJobLimit(tx, project);
    }

    /**
     * A job of the project has ended. Where a project may have so many running, workers may wait that were passed by while
     * it had them all: they get what it has queued.
     */
    void offerNext(Tx tx, ProjectId project) {
        if (!settings.projects().boundsJobs()) {
            return;
        }
        for (String text : jobs.listQueuedNeeds(tx)) {
            Needs needs = Needs.parse(text);
            desk.queued(
                    tx,
                    worker -> worker.serves(needs) && worker.admits(project),
                    later -> jobs.findOldest(later, text, project).isPresent() && mayRun(later, project));
        }
    }

    /** A worker has it from now on. */
    void leased(Tx tx, JobStore.Oldest next, Instant at) {
        JobRow job = next.job();
        Instant since = next.since();
        if (since != null) {
            tx.afterCommit(
                    () -> listener.leased(job.id(), Needs.parse(job.needs()).kind(), Duration.between(since, at)));
        }
    }

    /** It was taken from its worker. */
    void lost(Tx tx, JobRow job, JobListener.Loss why) {
        tx.afterCommit(() -> listener.lost(job.id(), why));
    }

    /** Its worker's word on its end stands. */
    void ended(Tx tx, JobRow job, Receipt receipt) {
        tx.afterCommit(() -> listener.ended(job.id(), receipt));
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

    /** Takes a job that was never handed out back. */
    void withdraw(Tx tx, JobRow job) {
        jobs.delete(tx, job.id());
        stages.endWait(tx, job.id().toString());
    }

    /** Tells the job's worker to end it. */
    void stop(Tx tx, JobRow job) {
        jobs.stop(tx, job.id());
        tellWorker(tx, job);
    }

    /** Takes the job from its worker; what that still says of it is refused. */
    void revoke(Tx tx, JobRow job) {
        jobs.move(tx, job.id(), JobRow.Status.LEASED, JobRow.Status.LOST);
        stages.endWait(tx, job.id().toString());
        tellWorker(tx, job);
        offerNext(tx, job.project());
        WorkerId worker = job.worker();
        if (worker != null) {
            freed(tx, worker);
        }
    }

    /** A worker has one job less, so a call of it that found no room may be given what it waits for. */
    void freed(Tx tx, WorkerId worker) {
        tx.afterCommit(() -> desk.freed(worker));
    }

    private void tellWorker(Tx tx, JobRow job) {
        WorkerId worker = job.worker();
        if (worker != null) {
            tx.afterCommit(() -> orders.wakeAll(worker));
        }
    }

    /** Stores a wait and tells whoever enforces deadlines. */
    void wait(Tx tx, Wait wait) {
        stages.putWait(tx, wait);
        tx.afterCommit(() -> deadlines.accept(wait.deadline()));
    }
}
