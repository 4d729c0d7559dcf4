package pond.server.dispatch;

import com.github.f4b6a3.uuid.UuidCreator;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pond.common.ids.JobId;
import pond.common.ids.RunId;
import pond.common.ids.WorkerId;
import pond.common.protocol.Attach;
import pond.common.protocol.Attached;
import pond.common.protocol.Job;
import pond.common.protocol.LeaseRequest;
import pond.common.protocol.ProtocolException;
import pond.common.protocol.Refusal;
import pond.common.protocol.RenewRequest;
import pond.common.protocol.Renewal;
import pond.server.db.Database;
import pond.server.db.Tx;
import pond.server.errors.ErrorCode;
import pond.server.errors.PondException;
import pond.server.stages.StageService;
import pond.server.stages.Wait;
import pond.server.stages.WaitCode;
import pond.server.workers.Party;
import pond.server.workers.Worker;
import pond.server.workers.WorkerService;

/** Workers coming, staying and going: attach, lease, renew, and what becomes of their jobs when they are gone. */
public final class WorkerDesk {
    private static final Logger log = LoggerFactory.getLogger(WorkerDesk.class);

    private final Database database;
    private final Dispatcher dispatcher;
    private final JobDesk jobDesk;
    private final LeaseDesk leaseDesk;
    private final WorkerService workers;
    private final Budgets budgets;
    private final Context context;
    private final JobStore jobs = new JobStore();
    private final WaitingJobs waitingJobs;

    /** What the desk needs beside the rooms that it connects; {@code answers} runs what follows a wait. */
    public record Context(StageService stages, DispatchSettings settings, InstantSource clock, Executor answers) {}

    public WorkerDesk(
            Database database,
            Dispatcher dispatcher,
            JobDesk jobDesk,
            LeaseDesk leaseDesk,
            WorkerService workers,
            Budgets budgets,
            Context context) {
        this.database = database;
        this.dispatcher = dispatcher;
        this.jobDesk = jobDesk;
        this.leaseDesk = leaseDesk;
        this.workers = workers;
        this.budgets = budgets;
        this.context = context;
        this.waitingJobs = new WaitingJobs(database, dispatcher, context.clock());
    }

    /**
     * Makes a worker capacity, and looks again at what waits for somebody capable. An earlier attachment of the same
     * identity ends in the same moment.
     *
     * @param admission throws, in the transaction, when this party may not attach any more
     */
    public CompletableFuture<Attached> attach(Attach attach, Party party, Consumer<Tx> admission) {
        WorkerId id = new WorkerId(UuidCreator.getTimeOrderedEpochPlus1());
        return database.change(tx -> {
                    admission.accept(tx);
                    if (party.identity() != null) {
                        workers.findAttachedOf(tx, party.identity())
                                .ifPresent(earlier -> end(tx, earlier, WorkerService.Ending.REPLACED));
                    }
                    workers.attach(tx, id, attach, party);
                    dispatcher.wait(tx, silence(id, context.clock().instant()));
                    tx.afterCommit(waitingJobs::reassess);
                })
                .thenApply(done -> attached(id));
    }

    private Attached attached(WorkerId id) {
        return new Attached(id, context.settings().lease(), context.settings().cancelGrace());
    }

    private Wait silence(WorkerId id, Instant now) {
        return new Wait(
                id.toString(),
                null,
                null,
                WaitCode.WORKER_SILENCE,
                "an attached worker must be heard of",
                now,
                now.plus(context.settings().lease()));
    }

    /** Waits for jobs; see {@link pond.common.protocol.WorkerProtocol#lease}. */
    public CompletableFuture<List<Job>> lease(WorkerId id, LeaseRequest request) {
        if (workers.find(id).filter(Worker::draining).isPresent()) {
            // An empty answer that comes early is how a worker without jobs learns that something is wanted of it.
            return CompletableFuture.completedFuture(List.of());
        }
        workers.paused(id, null);
        int slots = Math.max(1, request.freeSlots());
        Duration wait = atMost(attached(id).maxLeaseWait(), request.maxWait());
        return leaseDesk.lease(id, slots, wait, jobDesk.claims());
    }

    /** Prolongs leases and waits for orders; see {@link pond.common.protocol.WorkerProtocol#renew}. */
    public CompletableFuture<Renewal> renew(WorkerId id, RenewRequest request) {
        workers.paused(id, request.paused());
        if (request.draining()
                && workers.find(id).filter(worker -> !worker.draining()).isPresent()) {
            leaseDesk.release(id);
            drainItself(id);
        }
        CompletableFuture<Void> change = dispatcher
                .orders()
                .register(id, 0)
                .completeOnTimeout(
                        null, atMost(attached(id).maxWait(), request.maxWait()).toNanos(), TimeUnit.NANOSECONDS);
        Renewal now = orders(id, request);
        if (hasNews(now, request)) {
            change.complete(null);
            return CompletableFuture.completedFuture(now);
        }
        return change.thenApplyAsync(woken -> ordersIfAttached(id, request), context.answers());
    }

    /** What wakes a call may be the end of the attachment that it is made under. */
    private Renewal ordersIfAttached(WorkerId id, RenewRequest request) {
        if (workers.find(id).isEmpty()) {
            throw new ProtocolException(Refusal.UNKNOWN_WORKER, "this attachment has ended; attach again");
        }
        return orders(id, request);
    }

    /** Its own wish: from then on nobody should think of it as capacity. */
    private void drainItself(WorkerId id) {
        CompletableFuture<?> unused = database.change(tx -> drain(tx, id)).whenComplete((done, error) -> {
            if (error != null) {
                log.warn("worker {} is draining, but counts as capacity until its next renewal", id, error);
            }
        });
    }

    private void drain(Tx tx, WorkerId id) {
        if (workers.drain(tx, id)) {
            tx.afterCommit(() -> {
                dispatcher.orders().wakeAll(id);
                leaseDesk.release(id);
                waitingJobs.reassess();
            });
        }
    }

    /**
     * Lets what an identity has attached now finish its jobs and take no more; starting it again makes it capacity again.
     *
     * @throws PondException CONFLICT when it is not attached
     */
    public void drainIdentity(Tx tx, WorkerId identity) {
        drain(
                tx,
                workers.findAttachedOf(tx, identity)
                        .orElseThrow(() -> new PondException(
                                ErrorCode.CONFLICT, "this worker is not attached now, so there is nothing to drain")));
    }

    /** Ends what an identity has attached now, if anything; its jobs are lost at once. */
    public void endIdentity(Tx tx, WorkerId identity) {
        workers.findAttachedOf(tx, identity).ifPresent(id -> end(tx, id, WorkerService.Ending.REVOKED));
    }

    private Renewal orders(WorkerId id, RenewRequest request) {
        Set<JobId> overBudget = new HashSet<>();
        Map<JobId, JobRow> known = database.read(tx -> {
            Map<JobId, JobRow> rows = request.jobs().stream()
                    .flatMap(held -> jobDesk.leases().findKnown(tx, id, held.job()).stream())
                    .collect(Collectors.toMap(JobRow::id, Function.identity()));
            overBudget.addAll(budgets.listOver(tx, rows.values()));
            return rows;
        });
        Set<JobId> cancel = new HashSet<>();
        Set<JobId> lost = new HashSet<>();
        Instant until = context.clock().instant().plus(context.settings().lease());
        for (RenewRequest.Held claimed : request.jobs()) {
            JobRow row = known.get(claimed.job().job());
            if (row == null || row.status() == JobRow.Status.LOST) {
                lost.add(claimed.job().job());
            } else if (row.status() == JobRow.Status.LEASED) {
                // One that has ended is neither renewed nor lost: its complete and this call crossed.
                jobDesk.leases().renewed(row.id(), until);
                if (row.stopping()) {
                    cancel.add(row.id());
                }
            }
        }
        boolean drain = workers.find(id).map(Worker::draining).orElse(false);
        // A cancel says it all: the job is to end, and nobody asks for its cost then.
        overBudget.removeAll(cancel);
        overBudget.removeAll(lost);
        return new Renewal(cancel, lost, overBudget, drain);
    }

    private static boolean hasNews(Renewal orders, RenewRequest request) {
        boolean newEnd = request.jobs().stream()
                .filter(held -> !held.cancelling())
                .map(held -> held.job().job())
                .anyMatch(job ->
                        orders.cancel().contains(job) || orders.overBudget().contains(job));
        return newEnd || !orders.lost().isEmpty() || (orders.drain() && !request.draining());
    }

    private static Duration atMost(Duration most, Duration asked) {
        return asked.isNegative() ? Duration.ZERO : asked.compareTo(most) > 0 ? most : asked;
    }

    /** The worker goes; what it still holds is lost at once. */
    public CompletableFuture<Void> detach(WorkerId id) {
        return database.change(tx -> end(tx, id, WorkerService.Ending.DETACHED));
    }

    /** Ends an attachment and takes its jobs back. */
    void end(Tx tx, WorkerId id, WorkerService.Ending ending) {
        String name = workers.find(id).map(Worker::name).orElse(id.toString());
        if (!workers.end(tx, id, ending)) {
            return;
        }
        context.stages().endWait(tx, id.toString());
        for (JobRow job : jobs.listLeased(tx, id)) {
            dispatcher.lost(
                    tx,
                    job,
                    "worker '" + name + "' was " + ending.toString().toLowerCase(Locale.ROOT)
                            + " while it had the stage");
            dispatcher.queue().lost(tx, job, JobListener.Loss.WORKER_ENDED);
        }
        tx.afterCommit(() -> {
            dispatcher.orders().wakeAll(id);
            leaseDesk.release(id);
            waitingJobs.reassess();
        });
    }

    /** Model calls of a run were recorded: workers with jobs that are to end now learn it at once. */
    public void usageRecorded(Tx tx, RunId run) {
        Set<WorkerId> over = budgets.listWorkersOver(tx, run);
        tx.afterCommit(() -> over.forEach(worker -> dispatcher.orders().wakeAll(worker)));
    }
}
