package pond.server.dispatch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import pond.common.ids.WorkerId;
import pond.common.protocol.Job;
import pond.server.db.Database;
import pond.server.db.Tx;
import pond.server.workers.Worker;
import pond.server.workers.WorkerService;

/**
 * Where workers wait for jobs. A lease call first tries to claim; when there is nothing, it waits here until a job that
 * its worker can serve is queued, and then tries again.
 *
 * <p>No job is left lying while a fitting call waits: a call starts to wait, and a queued job looks for a waiting call, in
 * hooks that run on the writer's thread in the order of the transactions. So either the claim saw the job, or the job
 * sees the call. Safe for use by several threads.
 */
public final class LeaseDesk implements AutoCloseable {
    private final Database database;
    private final WorkerService workers;
    private final Set<Call> waiting = new LinkedHashSet<>();
    private volatile boolean closed;

    public LeaseDesk(Database database, WorkerService workers) {
        this.database = database;
        this.workers = workers;
    }

    /** Hands jobs to a worker, as many as it can start, inside a transaction. */
    interface Claim {
        List<Job> claim(Tx tx, Worker worker, int atMost);
    }

    /** Completes with jobs, or with none when the time is over and no claim is under way. */
    CompletableFuture<List<Job>> lease(WorkerId worker, int atMost, Duration maxWait, Claim claim) {
        Call call = new Call(worker, atMost, claim);
        CompletableFuture<?> unused = new CompletableFuture<Void>()
                .completeOnTimeout(null, maxWait.toNanos(), TimeUnit.NANOSECONDS)
                .thenRun(() -> expire(call));
        if (closed) {
            call.answer.complete(List.of());
        } else {
            attempt(call);
        }
        return call.answer;
    }

    /**
     * A job was queued; to be called from a hook of the transaction that queued it. The call that is woken may take
     * another job, or none as its worker has no room; then the next one that fits is woken.
     *
     * @param unclaimed whether the job is still there for the taking
     */
    void queued(Predicate<Worker> fits, Predicate<Tx> unclaimed) {
        wake(fits, unclaimed, new HashSet<>());
    }

    private void wake(Predicate<Worker> fits, Predicate<Tx> unclaimed, Set<Call> tried) {
        next(fits, tried).ifPresent(call -> {
            tried.add(call);
            attempt(call, tx -> {
                if (unclaimed.test(tx)) {
                    tx.afterCommit(() -> wake(fits, unclaimed, tried));
                }
            });
        });
    }

    /** Answers what waits for one worker with nothing: it takes no more. */
    void release(WorkerId worker) {
        List<Call> its;
        synchronized (waiting) {
            its = waiting.stream().filter(call -> call.worker.equals(worker)).toList();
        }
        its.forEach(this::expire);
    }

    /** Answers every waiting call with nothing, and hands nothing out any more. */
    @Override
    public void close() {
        List<Call> all;
        synchronized (waiting) {
            closed = true;
            all = new ArrayList<>(waiting);
        }
        all.forEach(this::expire);
    }

    private void attempt(Call call) {
        attempt(call, tx -> {});
    }

    private void attempt(Call call, Consumer<Tx> afterClaim) {
        CompletableFuture<?> unused = database.write(tx -> {
                    Optional<Worker> worker = workers.find(call.worker);
                    List<Job> jobs = worker.isEmpty() ? List.of() : call.claim.claim(tx, worker.get(), call.atMost);
                    if (jobs.isEmpty()) {
                        tx.afterCommit(() -> park(call));
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

    private void park(Call call) {
        synchronized (waiting) {
            if (!call.expired && !closed) {
                waiting.add(call);
                return;
            }
        }
        call.answer.complete(List.of());
    }

    /** A call whose claim is under way is left alone: jobs that it gets must reach its worker, however late. */
    private void expire(Call call) {
        boolean wasWaiting;
        synchronized (waiting) {
            call.expired = true;
            wasWaiting = waiting.remove(call);
        }
        if (wasWaiting) {
            call.answer.complete(List.of());
        }
    }

    private Optional<Call> next(Predicate<Worker> fits, Set<Call> tried) {
        synchronized (waiting) {
            for (Iterator<Call> calls = waiting.iterator(); calls.hasNext(); ) {
                Call call = calls.next();
                if (!tried.contains(call)
                        && workers.find(call.worker).filter(fits).isPresent()) {
                    calls.remove();
                    return Optional.of(call);
                }
            }
        }
        return Optional.empty();
    }

    /** One lease call; {@code expired} is guarded by the set of waiting calls. */
    private static final class Call {
        private final WorkerId worker;
        private final int atMost;
        private final Claim claim;
        private final CompletableFuture<List<Job>> answer = new CompletableFuture<>();
        private boolean expired;

        Call(WorkerId worker, int atMost, Claim claim) {
            this.worker = worker;
            this.atMost = atMost;
            this.claim = claim;
        }
    }
}
