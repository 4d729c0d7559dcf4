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
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pond.common.ids.JobId;
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
import pond.server.stages.StageService;
import pond.server.stages.Wait;
import pond.server.stages.WaitCode;
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
    private final Context context;
    private final JobStore jobs = new JobStore();

    /** What the desk needs beside the rooms that it connects; {@code answers} runs what follows a wait. */
    public record Context(StageService stages, DispatchSettings settings, InstantSource clock, Executor answers) {}

    public WorkerDesk(
            Database database,
            Dispatcher dispatcher,
            JobDesk jobDesk,
            LeaseDesk leaseDesk,
            WorkerService workers,
            Context context) {
        this.database = database;
        this.dispatcher = dispatcher;
        this.jobDesk = jobDesk;
        this.leaseDesk = leaseDesk;
        this.workers = workers;
        this.context = context;
    }

    /** Makes a worker capacity, and looks again at what waits for somebody capable. */
    public CompletableFuture<Attached> attach(Attach attach, Set<String> granted, boolean local) {
        WorkerId id = new WorkerId(UuidCreator.getTimeOrderedEpochPlus1());
        return database.change(tx -> {
                    workers.attach(tx, id, attach, granted, local);
                    dispatcher.wait(tx, silence(id, context.clock().instant()));
                    tx.afterCommit(this::reassess);
                })
                .thenApply(done -> new Attached(
                        id, context.settings().lease(), context.settings().cancelGrace()));
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
        seen(id);
        int slots = Math.max(1, request.freeSlots());
        return leaseDesk.lease(id, slots, bounded(request.maxWait()), jobDesk::claim);
    }

    /** Prolongs leases and waits for orders; see {@link pond.common.protocol.WorkerProtocol#renew}. */
    public CompletableFuture<Renewal> renew(WorkerId id, RenewRequest request) {
        seen(id);
        if (request.draining()) {
            leaseDesk.release(id);
        }
        CompletableFuture<Void> change = dispatcher
                .orders()
                .register(id, 0)
                .completeOnTimeout(null, bounded(request.maxWait()).toNanos(), TimeUnit.NANOSECONDS);
        Renewal now = orders(id, request);
        if (hasNews(now, request)) {
            change.complete(null);
            return CompletableFuture.completedFuture(now);
        }
        return change.thenApplyAsync(woken -> orders(id, request), context.answers());
    }

    private Renewal orders(WorkerId id, RenewRequest request) {
        Map<JobId, JobRow> known = database.read(tx -> request.jobs().stream()
                .flatMap(held -> jobDesk.leases().findKnown(tx, id, held.job()).stream())
                .collect(Collectors.toMap(JobRow::id, Function.identity())));
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
        return new Renewal(cancel, lost, drain);
    }

    private static boolean hasNews(Renewal orders, RenewRequest request) {
        boolean newCancel = request.jobs().stream()
                .anyMatch(held -> !held.cancelling()
                        && orders.cancel().contains(held.job().job()));
        return newCancel || !orders.lost().isEmpty() || orders.drain() != request.draining();
    }

    private void seen(WorkerId id) {
        if (workers.find(id).isEmpty()) {
            throw new ProtocolException(Refusal.UNKNOWN_WORKER, "this attachment has ended; attach again");
        }
        workers.seen(id);
    }

    private Duration bounded(Duration asked) {
        Duration most = context.settings().lease().dividedBy(3);
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
        }
        tx.afterCommit(this::reassess);
    }

    /**
     * Takes up what a predecessor of this server left. Its own local workers died with it; workers elsewhere may be alive
     * and get a whole lease to speak up, as their jobs do. What nobody could serve waits its grace anew.
     */
    public CompletableFuture<Void> recover() {
        List<Worker> left = List.copyOf(workers.listAttached());
        return database.change(tx -> {
            Instant now = context.clock().instant();
            for (Worker worker : left) {
                if (worker.local()) {
                    end(tx, worker.id(), WorkerService.Ending.LOST);
                } else {
                    Instant until = now.plus(context.settings().lease());
                    context.stages().postpone(tx, worker.id().toString(), until);
                    jobs.listLeased(tx, worker.id())
                            .forEach(job ->
                                    context.stages().postpone(tx, job.id().toString(), until));
                }
            }
            jobs.restartGrace(tx, now, now.plus(context.settings().noWorkerGrace()));
        });
    }

    /** Who is attached has changed: queued jobs may have found, or lost, everybody who can serve them. */
    private void reassess() {
        CompletableFuture<?> unused = database.change(tx -> {
                    Instant now = context.clock().instant();
                    for (String text : jobs.listQueuedNeeds(tx)) {
                        jobs.listTurns(tx, text).forEach(turn -> dispatcher.reassess(tx, turn, now));
                    }
                })
                .whenComplete((done, error) -> {
                    if (error != null) {
                        log.error("what queued jobs wait for is out of date until a worker comes or goes", error);
                    }
                });
    }
}
