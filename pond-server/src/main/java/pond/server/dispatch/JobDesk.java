package pond.server.dispatch;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import pond.common.api.PoolWorkerView;
import pond.common.api.StageView.SandboxView;
import pond.common.definition.ExecutorKind;
import pond.common.ids.JobId;
import pond.common.ids.ProjectId;
import pond.common.ids.WorkerId;
import pond.common.protocol.Completion;
import pond.common.protocol.Job;
import pond.common.protocol.JobRef;
import pond.common.protocol.Outcome;
import pond.common.protocol.Receipt.Confinement;
import pond.server.artifacts.ArtifactService;
import pond.server.artifacts.Producer;
import pond.server.db.Database;
import pond.server.db.Tx;
import pond.server.runs.Run;
import pond.server.runs.RunService;
import pond.server.stages.Stage;
import pond.server.stages.StageService;
import pond.server.stages.Wait;
import pond.server.stages.WaitCode;
import pond.server.workers.Needs;
import pond.server.workers.Worker;

/**
 * Jobs in the hands of workers: hands them out, checks who holds them, takes their end. Runs on the writer's thread, save
 * {@link #require}.
 */
public final class JobDesk {
    private final Database database;
    private final Dispatcher dispatcher;
    private final RunService runs;
    private final StageService stages;
    private final ArtifactService artifacts;
    private final EndCheck endCheck;
    private final DispatchSettings settings;
    private final InstantSource clock;
    private final JobStore jobs = new JobStore();
    private final Leases leases = new Leases(jobs);
    /** The highest fence given out; the writer's thread alone changes it. */
    private long fence = -1;

    public JobDesk(
            Database database,
            Dispatcher dispatcher,
            RunService runs,
            StageService stages,
            ArtifactService artifacts,
            EndCheck endCheck,
            DispatchSettings settings,
            InstantSource clock) {
        this.database = database;
        this.dispatcher = dispatcher;
        this.runs = runs;
        this.stages = stages;
        this.artifacts = artifacts;
        this.endCheck = endCheck;
        this.settings = settings;
        this.clock = clock;
    }

    /**
     * Leases jobs to a worker: the project that waited longest first, and its oldest run. Slots, and what a project may have
     * running, are counted from live leases here, so two calls cannot get more than there is.
     */
    private List<Job> claim(Tx tx, Worker worker, int atMost) {
        int free = Math.min(atMost, worker.slots() - jobs.countLeased(tx, worker.id()));
        List<Job> claimed = new ArrayList<>();
        while (claimed.size() < free) {
            Optional<JobStore.Oldest> next = next(tx, worker);
            if (next.isEmpty()) {
                break;
            }
            claimed.add(lease(tx, next.get(), worker));
        }
        return claimed;
    }

    LeaseDesk.Claims claims() {
        return new LeaseDesk.Claims() {
            @Override
            public List<Job> claim(Tx tx, Worker worker, int atMost) {
                return JobDesk.this.claim(tx, worker, atMost);
            }

            @Override
            public boolean anyFor(Tx tx, Worker worker) {
                return turns(tx, worker).anyMatch(turn -> mayRun(tx, turn.project()));
            }
        };
    }

    private Optional<JobStore.Oldest> next(Tx tx, Worker worker) {
        List<JobStore.Turn> turns = turns(tx, worker)
                .sorted(Comparator.comparingLong(JobStore.Turn::fence))
                .toList();
        // As far as to the first project that may have another job, which without bounds is the first of all.
        return turns.stream()
                .filter(turn -> mayRun(tx, turn.project()))
                .findFirst()
                .flatMap(first -> turns.stream()
                        .filter(turn -> turn.project().equals(first.project()))
                        .flatMap(turn -> jobs.findOldest(tx, turn.needs(), turn.project()).stream())
                        .min(Comparator.comparing((JobStore.Oldest next) ->
                                        next.job().run().toString())
                                .thenComparingInt(next -> next.job().position())));
    }

    private Stream<JobStore.Turn> turns(Tx tx, Worker worker) {
        return jobs.listTurns(tx, needs -> worker.serves(Needs.parse(needs))).stream()
                .filter(turn -> worker.admits(turn.project()));
    }

    private boolean mayRun(Tx tx, ProjectId project) {
        return !settings.projects().isAtJobLimit(tx, project);
    }

    private Job lease(Tx tx, JobStore.Oldest next, Worker worker) {
        if (fence < 0) {
            fence = jobs.highestFence(tx);
        }
        fence++;
        JobRow row = next.job();
        Instant now = clock.instant();
        String token = leases.newToken();
        dispatcher.queue().leased(tx, next, now);
        jobs.lease(tx, row.id(), worker.id(), fence, Leases.hash(token));
        jobs.tookTurn(tx, row.project(), fence);
        dispatcher.wait(
                tx,
                new Wait(
                        row.id().toString(),
                        row.run(),
                        row.position(),
                        WaitCode.LEASE,
                        "worker '" + worker.name() + "' has it",
                        now,
                        now.plus(settings.lease())));
        RunMachine.Decision leased = dispatcher.leased(tx, row, worker.name(), now);
        return job(tx, row, leased.run(), leased.stages(), token);
    }

    private Job job(Tx tx, JobRow row, Run run, List<Stage> all, String token) {
        Stage stage = StageGraph.at(all, row.position());
        boolean hasInputs = stage.plan().predecessors().stream()
                .anyMatch(before -> StageGraph.at(all, before).plan().kind() != ExecutorKind.FETCH);
        return new Job(
                row.id(),
                token,
                fence,
                row.run(),
                row.project(),
                stage.plan().key(),
                row.substage(),
                row.attempt(),
                stage.plan().executor(),
                stage.plan().timeout(),
                run.bundle(),
                hasInputs,
                settings.limits(),
                dispatcher.invocations().of(tx, row, stage),
                Duration.ZERO);
    }

    /** The job, when this worker holds its lease now; refuses otherwise. May be called in a read. */
    public HeldJob require(Tx tx, WorkerId worker, JobRef ref) {
        JobRow row = leases.require(tx, worker, ref);
        return HeldJob.of(row, stages.list(tx, row.run()));
    }

    /** The job, when this worker holds or has held its lease. May be called in a read. */
    public Optional<HeldJob> findKnown(Tx tx, WorkerId worker, JobRef ref) {
        return leases.findKnown(tx, worker, ref).map(row -> HeldJob.of(row, stages.list(tx, row.run())));
    }

    /**
     * Ends a job as its worker says. A repeat changes nothing; a job that was taken away is refused.
     *
     * @param verdict on the signature, see {@link EndCheck#look}
     */
    public void complete(Tx tx, WorkerId worker, Completion said, EndCheck.Verdict verdict) {
        leases.end(tx, worker, said.job()).ifPresent(row -> complete(tx, worker, said, verdict, row));
    }

    private void complete(Tx tx, WorkerId worker, Completion said, EndCheck.Verdict verdict, JobRow row) {
        Run run = runs.get(tx, row.run());
        List<Stage> all = stages.list(tx, row.run());
        Stage stage = StageGraph.at(all, row.position());
        Completion completion = endCheck.judge(tx, row, stage.plan().kind(), verdict, said);
        if (run.cancelRequestedAt() == null) {
            Producer producer =
                    new Producer(row.run(), row.position(), stage.plan().key(), row.substage());
            artifacts.publish(tx, producer, row.id(), row.attempt(), completion.artifacts());
        } else {
            artifacts.dropUploads(tx, row.id());
        }
        dispatcher.queue().freed(tx, worker);
        RunMachine.Decision decision = dispatcher.ended(tx, run, all, row, ended(row, completion));
        // With a run that has ended all its waits have, this job's among them.
        if (!decision.run().status().isTerminal()) {
            stages.endWait(tx, row.id().toString());
        }
        dispatcher.queue().offerNext(tx, row.project());
        dispatcher.queue().ended(tx, row, completion.receipt());
        tx.afterCommit(() -> leases.ended(row.id()));
    }

    private RunEvent.Ended ended(JobRow row, Completion completion) {
        Outcome outcome = completion.outcome();
        RunEvent.End end = switch (outcome.result()) {
            case DONE -> RunEvent.End.DONE;
            case FAILED -> RunEvent.End.FAILED;
            case TIMEOUT -> RunEvent.End.TIMEOUT;
            case CANCELLED -> RunEvent.End.CANCELLED;
        };
        Confinement confinement = completion.receipt().confinement();
        SandboxView sandbox = confinement.effective() == null
                ? null
                : new SandboxView(confinement.profile(), confinement.effective(), confinement.backend());
        return new RunEvent.Ended(
                clock.instant(),
                row.position(),
                end,
                outcome.error(),
                outcome.exitCode(),
                sandbox,
                outcome.killConfirmed());
    }

    /** What is in the hands of whom, as attached, in the order in which it was leased. */
    public Map<WorkerId, List<PoolWorkerView.Running>> listRunning(Tx tx) {
        return jobs.listRunning(tx).stream()
                .collect(Collectors.groupingBy(
                        JobStore.Running::worker, Collectors.mapping(JobStore.Running::job, Collectors.toList())));
    }

    /** How many jobs are in the hands of workers. */
    public int countLeased(Tx tx) {
        return jobs.countLeased(tx);
    }

    /** Whether a worker may still say something about the job. */
    public boolean isLive(JobId id) {
        return database.read(tx -> jobs.find(tx, id))
                .filter(job -> job.status() == JobRow.Status.LEASED)
                .isPresent();
    }

    Leases leases() {
        return leases;
    }

    /** The jobs that a worker holds. */
    List<JobRow> listHeld(Tx tx, WorkerId worker) {
        return jobs.listLeased(tx, worker);
    }
}
