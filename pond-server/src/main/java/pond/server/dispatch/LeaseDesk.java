package pond.server.dispatch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import pond.common.ids.WorkerId;
import pond.common.protocol.Job;
import pond.server.db.Database;
import pond.server.db.Tx;
import pond.server.maintenance.MaintenanceMode;
import pond.server.workers.Worker;
import pond.server.workers.WorkerService;

/**
 * Where workers wait for jobs. A lease call waits here until a job that its worker can serve is queued, and then claims in
 * the very transaction that queues it, so that a job which finds a worker costs no commit of its own. When there is one
 * already, the call tries at once; one that finds nothing mostly costs one read and no write.
 *
 * <p>No job is left lying while a fitting call waits. A new call starts to wait first and looks for jobs second: a job that
 * is committed after the look sees the call, as a job that nobody has claimed in its own transaction looks for waiting
 * calls again after the commit. A call that has tried in vain starts to wait again on the writer's thread, and there do
 * queued jobs look for calls, in the order of the transactions: either the claim saw the job, or the job sees the call.
 *
 * <p>In maintenance nothing is claimed, and calls wait as if there were no jobs. They are tried when it ends.
 * Safe for use by several threads.
 */
public final class LeaseDesk implements AutoCloseable {
    private final Database database;
    private final WorkerService workers;
    private final Executor answers;
    private final MaintenanceMode maintenance;
    private final WaitingCalls waiting = new WaitingCalls();
    /** Waiting calls that have tried to claim and got nothing; few, as a call that finds a job mostly gets it. */
    private final Set<WaitingCalls.Call> inVain = ConcurrentHashMap.newKeySet();
    /** Whether the last call that tried got a job: while there is a queue, the next one need not look before it tries. */
    private volatile boolean plenty;

    /** @param answers runs what follows an answer */
    public LeaseDesk(Database database, WorkerService workers, MaintenanceMode maintenance, Executor answers) {
        this.database = database;
        this.workers = workers;
        this.maintenance = maintenance;
        this.answers = answers;
    }

    /** How jobs come into a worker's hands. */
    interface Claims {
        /** Hands jobs to a worker, as many as it can start, inside a transaction. */
        List<Job> claim(Tx tx, Worker worker, int atMost);

        /** Whether there is a queued job that the worker can serve; may be called in a read. */
        boolean anyFor(Tx tx, Worker worker);
    }

    /**
     * Completes with jobs, or with none when the time is over and no claim is under way. Whoever no longer waits for it
     * completes it, and nothing is claimed for it from then on; a claim that is being committed in that very moment is
     * lost to it, and its lease runs out.
     */
    CompletableFuture<List<Job>> lease(WorkerId worker, int atMost, Duration maxWait, Claims claims) {
        WaitingCalls.Call call = new WaitingCalls.Call(worker, atMost, claims);
        CompletableFuture<?> forgotten = call.answer.whenComplete((jobs, error) -> {
            waiting.remove(call);
            inVain.remove(call);
        });
        park(call);
        try {
            if ((plenty || anyFor(call)) && waiting.remove(call)) {
                attempt(call, tx -> {});
            }
        } catch (RuntimeException e) {
            call.answer.completeExceptionally(e);
        }
        if (!forgotten.isDone()) {
            CompletableFuture<?> unused = new CompletableFuture<Void>()
                    .completeOnTimeout(null, maxWait.toNanos(), TimeUnit.NANOSECONDS)
                    .thenRun(() -> expire(call));
        }
        return call.answer;
    }

    private boolean anyFor(WaitingCalls.Call call) {
        return database.read(tx -> workers.find(call.worker)
                        .filter(found -> call.claims.anyFor(tx, found))
                        .isPresent()
                && MaintenanceMode.find(tx).isEmpty());
    }

    /**
     * A job is queued by this transaction, at whose end waiting calls claim: the one that has waited longest may take
     * another job, or none as its worker has no room; then the next one that fits.
     *
     * @param unclaimed whether the job is still there for the taking
     */
    void queued(Tx tx, Predicate<Worker> fits, Predicate<Tx> unclaimed) {
        tx.lastly(() -> {
            if (maintenance.isOn(tx)) {
                return;
            }
            // Mostly so when much is queued; whether the job is still there is then nobody's question.
            if (waiting.findOldest(workers::findStaying, fits, Set.of()).isEmpty()) {
                tx.afterCommit(() -> wake(fits, unclaimed, new HashSet<>()));
                return;
            }
            List<WaitingCalls.Call> tried = new ArrayList<>();
            Set<WaitingCalls.Call> taken = new HashSet<>();
            tx.ifUndone(() -> taken.forEach(this::park));
            while (unclaimed.test(tx)) {
                Optional<WaitingCalls.Call> call = waiting.takeOldest(workers::findStaying, fits, Set.of());
                if (call.isEmpty()) {
                    tx.afterCommit(() -> wake(fits, unclaimed, new HashSet<>()));
                    break;
                }
                taken.add(call.get());
                List<Job> jobs = claim(tx, call.get());
                if (jobs.isEmpty()) {
                    tried.add(call.get());
                } else {
                    tx.afterCommit(() -> answers.execute(() -> call.get().answer.complete(jobs)));
                }
            }
            // They wait again from here on, whatever becomes of this transaction: another one may take them meanwhile.
            tried.forEach(taken::remove);
            tried.forEach(this::parkAgain);
        });
    }

    private void wake(Predicate<Worker> fits, Predicate<Tx> unclaimed, Set<WaitingCalls.Call> tried) {
        waiting.takeOldest(workers::find, fits, tried).ifPresent(call -> {
            tried.add(call);
            attempt(call, tx -> {
                if (unclaimed.test(tx)) {
                    tx.afterCommit(() -> wake(fits, unclaimed, tried));
                }
            });
        });
    }

    /**
     * A worker has one job less. That helps those of its calls that found a job and no room for it: a worker which never
     * heard of a job that it was given asks for more than it can have, and goes on waiting when that lease is over.
     */
    void freed(WorkerId worker) {
        List<WaitingCalls.Call> itsCalls =
                inVain.stream().filter(call -> call.worker.equals(worker)).toList();
        itsCalls.stream().filter(inVain::remove).filter(waiting::remove).forEach(call -> attempt(call, tx -> {}));
    }

    /** Jobs are handed out again: every call that waits tries, the one that has waited longest first. */
    void reopen() {
        waiting.all().stream().filter(waiting::remove).forEach(call -> attempt(call, tx -> {}));
    }

    /** Answers what waits for one worker with nothing: it takes no more. */
    void release(WorkerId worker) {
        waiting.of(worker).forEach(this::expire);
    }

    /** Answers every waiting call with nothing, and hands nothing out any more. */
    @Override
    public void close() {
        waiting.close().forEach(this::expire);
    }

    private void attempt(WaitingCalls.Call call, Consumer<Tx> afterClaim) {
        CompletableFuture<?> unused = database.write(tx -> {
                    List<Job> jobs = claim(tx, call);
                    plenty = !jobs.isEmpty();
                    if (jobs.isEmpty()) {
                        tx.afterCommit(() -> parkAgain(call));
                    }
                    afterClaim.accept(tx);
                    return jobs;
                })
                .whenComplete((jobs, error) -> {
                    if (error != null) {
                        call.answer.completeExceptionally(error);
                    } else if (!jobs.isEmpty()) {
                        call.answer.complete(jobs);
                    }
                });
    }

    /**
     * None in maintenance, and when nobody is left to take what would be claimed: the worker is gone, or has hung up.
     */
    private List<Job> claim(Tx tx, WaitingCalls.Call call) {
        Optional<Worker> worker = workers.findStaying(call.worker);
        if (worker.isEmpty() || call.answer.isDone() || maintenance.isOn(tx)) {
            return List.of();
        }
        Duration waited = Duration.ofNanos(System.nanoTime() - call.begun);
        return call.claims.claim(tx, worker.get(), call.atMost).stream()
                .map(job -> job.leasedAfter(waited))
                .toList();
    }

    private void parkAgain(WaitingCalls.Call call) {
        inVain.add(call);
        park(call);
        if (call.answer.isDone()) {
            inVain.remove(call);
        }
    }

    private void park(WaitingCalls.Call call) {
        Optional<Worker> worker = workers.find(call.worker);
        if (worker.isEmpty() || !waiting.add(call, worker.get())) {
            call.answer.complete(List.of());
        } else if (workers.find(call.worker).filter(Worker::draining).isPresent()) {
            // A drain answers what waits at that moment; this call has come a moment later.
            expire(call);
        }
    }

    /** A call whose claim is under way is left alone: jobs that it gets must reach its worker, however late. */
    private void expire(WaitingCalls.Call call) {
        if (waiting.expire(call)) {
            call.answer.complete(List.of());
        }
    }
}
