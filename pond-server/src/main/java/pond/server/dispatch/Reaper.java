package pond.server.dispatch;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import pond.common.api.Failure;
import pond.common.ids.JobId;
import pond.common.ids.WorkerId;
import pond.server.db.Database;
import pond.server.db.DatabaseFullException;
import pond.server.db.Tx;
import pond.server.maintenance.MaintenanceMode;
import pond.server.stages.StageService;
import pond.server.stages.Wait;
import pond.server.workers.WorkerService;

/**
 * Ends every wait whose deadline has come. Sleeps until the next deadline in the one table that holds them all, and is
 * called when an earlier one appears. Each wait is ended in a piece of work of its own, so that one that cannot be ended
 * holds up no other.
 */
public final class Reaper implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Reaper.class);
    private static final int BATCH = 200;
    /** After a pass that left something undone; a deadline that cannot be kept must not keep a core busy. */
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);

    private final Database database;
    private final Dispatcher dispatcher;
    private final WorkerDesk workerDesk;
    private final JobDesk jobDesk;
    private final WorkerService workers;
    private final WorkerDesk.Context context;
    private final JobStore jobs = new JobStore();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "pond-dispatch-reaper");
        thread.setDaemon(true);
        return thread;
    });
    private @Nullable ScheduledFuture<?> next;
    private Instant nextAt = Instant.MAX;

    public Reaper(
            Database database,
            Dispatcher dispatcher,
            WorkerDesk workerDesk,
            JobDesk jobDesk,
            WorkerService workers,
            WorkerDesk.Context context) {
        this.database = database;
        this.dispatcher = dispatcher;
        this.workerDesk = workerDesk;
        this.jobDesk = jobDesk;
        this.workers = workers;
        this.context = context;
    }

    /** Begins to enforce; everything that is overdue already is ended at once. */
    public void start() {
        dispatcher.onDeadline(this::wakeAt);
        wakeAt(context.clock().instant());
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }

    private synchronized void wakeAt(Instant deadline) {
        if (!deadline.isBefore(nextAt) || timer.isShutdown()) {
            return;
        }
        if (next != null) {
            next.cancel(false);
        }
        nextAt = deadline;
        long delay = Math.max(
                0, Duration.between(context.clock().instant(), deadline).toMillis());
        next = timer.schedule(this::pass, delay, TimeUnit.MILLISECONDS);
    }

    private void pass() {
        synchronized (this) {
            nextAt = Instant.MAX;
        }
        try {
            boolean all = endDue();
            Optional<Instant> soonest = database.read(context.stages()::nextDeadline);
            Instant earliest = context.clock().instant().plus(all ? Duration.ofMillis(1) : AFTER_FAILURE);
            soonest.ifPresent(at -> wakeAt(at.isBefore(earliest) ? earliest : at));
        } catch (RuntimeException e) {
            log.error("deadlines could not be read; trying again", e);
            wakeAt(context.clock().instant().plus(AFTER_FAILURE));
        }
    }

    /** Ends what is due now; false when something could not be ended. */
    boolean endDue() {
        boolean all = true;
        boolean full = false;
        jobDesk.leases().forgetExpired(context.clock().instant());
        List<Wait> due =
                database.read(tx -> context.stages().listDue(tx, context.clock().instant(), BATCH));
        // All at once, for the writer to commit together: of a thousand idle workers, forty a second fall due.
        List<CompletableFuture<Void>> ends =
                due.stream().map(wait -> database.change(tx -> end(tx, wait))).toList();
        for (int i = 0; i < due.size(); i++) {
            Wait wait = due.get(i);
            try {
                ends.get(i).join();
            } catch (CompletionException e) {
                all = false;
                if (e.getCause() instanceof DatabaseFullException) {
                    full = true;
                } else {
                    report(wait, e);
                }
            }
        }
        if (full) {
            log.warn("the disk is full, so deadlines are overdue; trying again until it has room");
        }
        return all;
    }

    private static void report(Wait wait, RuntimeException why) {
        if (wait.run() != null) {
            MDC.put("run", wait.run().toString());
        }
        try {
            log.error("the wait of {} for {} could not be ended; trying again", wait.subject(), wait.code(), why);
        } finally {
            MDC.remove("run");
        }
    }

    private void end(Tx tx, Wait due) {
        Instant now = context.clock().instant();
        StageService stages = context.stages();
        Optional<Wait> current = stages.findWait(tx, due.subject())
                .filter(wait -> wait.code() == due.code() && !wait.deadline().isAfter(now));
        if (current.isEmpty()) {
            return;
        }
        switch (due.code()) {
            case RUN_LIMIT, WORKERS_BUSY, PROJECT_LIMIT, EARLIER_STAGES, MAINTENANCE ->
                dispatcher.apply(tx, due.runId(), new RunEvent.Expired(now, timeout()));
            case CANCEL_CONFIRMATION -> dispatcher.apply(tx, due.runId(), new RunEvent.CancelOverdue(now));
            case NO_CAPABLE_WORKER, HARNESS_UNKNOWN, MODEL_UNKNOWN -> unserved(tx, due, now);
            case RETRY_BACKOFF -> dispatcher.queue().retry(tx, JobId.of(due.subject()), now);
            case LEASE -> lease(tx, JobId.of(due.subject()), now);
            case WORKER_SILENCE -> silence(tx, WorkerId.of(due.subject()), now);
        }
    }

    /** In maintenance nobody can be served, so that time is nobody's grace. */
    private void unserved(Tx tx, Wait due, Instant now) {
        if (MaintenanceMode.find(tx).isPresent()) {
            Duration grace = context.settings().noWorkerGrace();
            context.stages().postpone(tx, due.subject(), now.plus(grace));
        } else {
            dispatcher.unserved(tx, due, now);
        }
    }

    private Failure timeout() {
        return new Failure(
                "run_timeout",
                "the run was not done within " + context.settings().runLimit().toSeconds() + " seconds");
    }

    private void lease(Tx tx, JobId job, Instant now) {
        Instant until = jobDesk.leases().renewedUntil(job).orElse(Instant.MIN);
        if (until.isAfter(now)) {
            context.stages().postpone(tx, job.toString(), until);
            return;
        }
        jobs.find(tx, job).ifPresent(row -> {
            dispatcher.lost(tx, row, "its worker did not renew the lease in time");
            dispatcher.queue().lost(tx, row, JobListener.Loss.LEASE_EXPIRED);
        });
    }

    /** A thirtieth of the lease later at most, so that many idle workers are looked at in one go. */
    private Instant together(Instant until) {
        long step = Math.max(1, context.settings().lease().toMillis() / 30);
        return Instant.ofEpochMilli(-Math.floorDiv(-until.toEpochMilli(), step) * step);
    }

    private void silence(Tx tx, WorkerId worker, Instant now) {
        Instant until = workers.lastSeen(worker)
                .map(seen -> seen.plus(context.settings().lease()))
                .orElse(Instant.MIN);
        if (until.isAfter(now)) {
            context.stages().postpone(tx, worker.toString(), together(until));
        } else {
            workerDesk.end(tx, worker, WorkerService.Ending.LOST);
        }
    }
}
