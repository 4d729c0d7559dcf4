package pond.worker.runtime;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pond.common.protocol.Attached;
import pond.common.protocol.ProtocolException;
import pond.common.protocol.Refusal;
import pond.common.protocol.WorkerProtocol;
import pond.worker.executors.StopReason;
import pond.worker.runtime.Worker.End;
import pond.worker.runtime.Worker.State;
import pond.worker.runtime.Worker.Status;

/**
 * The decisions of a worker: when to attach, what to make of a refusal, when it is over. They are made on the timer
 * thread, one after the other; only what is marked otherwise may be called on another one.
 */
final class Lifecycle implements ServerNews {
    private static final Logger LOG = LoggerFactory.getLogger(Lifecycle.class);
    private static final Duration MOST_BACKOFF = Duration.ofSeconds(30);
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(10);
    private static final Duration DETACH_WITHIN = Duration.ofSeconds(5);
    /** How long stages that are killed may take before the worker ends without them. */
    private static final Duration KILLED_WITHIN = Duration.ofSeconds(10);

    private final WorkerConfig config;
    private final WorkerProtocol protocol;
    private final Clocks clocks;
    private final TimerThread timer;
    private final TimerThread shipping;
    private final Slots slots;
    private final LeaseLoop leases;
    private final Backoff backoff = new Backoff(MOST_BACKOFF);
    private final CompletableFuture<Void> attached = new CompletableFuture<>();
    private final CompletableFuture<End> ended = new CompletableFuture<>();

    private volatile @Nullable LeaseKeeper keeper;
    private volatile @Nullable Instant lastContact;
    private volatile boolean draining;
    private @Nullable Attached attachment;
    private boolean closing;
    private boolean detaching;
    private @Nullable End refusedAs;

    Lifecycle(WorkerConfig config, WorkerProtocol protocol, Clocks clocks, Workspaces workspaces) {
        this.config = config;
        this.protocol = protocol;
        this.clocks = clocks;
        this.timer = new TimerThread(config.name() + "-timer");
        this.shipping = new TimerThread(config.name() + "-log");
        StageRunner runner = new StageRunner(protocol, config, workspaces, timer, shipping, clocks);
        this.slots = new Slots(config, runner, () -> soon(this::slotFreed));
        this.leases = new LeaseLoop(protocol, slots, workspaces::refusal, timer, clocks.nanos(), this);
    }

    /** Any thread: has the decision made on the timer thread; nothing happens after the end. */
    void soon(Runnable decision) {
        timer.soon(decision);
    }

    /** Any thread: completed when the worker was attached for the first time. */
    CompletableFuture<Void> attached() {
        return attached.copy();
    }

    /** Any thread: completed when the worker has ended. */
    CompletableFuture<End> ended() {
        return ended.copy();
    }

    /** Any thread. */
    Status status() {
        State state = ended.isDone()
                ? State.ENDED
                : draining ? State.DRAINING : keeper == null ? State.ATTACHING : State.ATTACHED;
        return new Status(state, slots.running(), Optional.ofNullable(lastContact), leases.pausedBecause());
    }

    /** Any thread: gives up all jobs that still run, and interrupts their threads. */
    void giveUpJobs() {
        slots.end();
    }

    void attach() {
        if (ended.isDone() || draining) {
            endWhenIdle();
            return;
        }
        Answers.when(
                () -> protocol.attach(config.attach()),
                ANSWER_WITHIN,
                (now, failure) -> soon(() -> attached(now, failure)));
    }

    private void attached(@Nullable Attached now, @Nullable Throwable failure) {
        if (ended.isDone()) {
            return;
        }
        if (now == null) {
            attachFailed(failure);
            return;
        }
        attached.complete(null);
        LOG.info("attached as {}, lease {}", now.worker(), now.lease());
        backoff.reset();
        contact();
        attachment = now;
        LeaseKeeper started = new LeaseKeeper(
                protocol, slots, now, () -> draining, leases::isWaiting, leases::pausedBecause, clocks.nanos(), this);
        keeper = started;
        started.start(config.name());
        leases.attached(now);
        endWhenIdle();
    }

    private void attachFailed(@Nullable Throwable failure) {
        Throwable cause = failure == null ? new IOException("no answer") : failure;
        if (cause instanceof ProtocolException refused
                && endBecause(refused.refusal()).isPresent()) {
            endRefused(refused.refusal(), endBecause(refused.refusal()).get());
            return;
        }
        Duration wait = backoff.next(cause);
        LOG.warn("cannot attach, trying again in {} ms: {}", wait.toMillis(), cause.toString());
        timer.after(wait, this::attach);
    }

    private void slotFreed() {
        leases.ask();
        endWhenIdle();
    }

    void drain() {
        LeaseKeeper now = keeper;
        if (!draining && now != null) {
            LOG.info("draining: {} jobs are still running", slots.running());
            draining = true;
            now.announceDrain();
        }
        draining = true;
        leases.drain();
        endWhenIdle();
    }

    void close() {
        closing = true;
        draining = true;
        leases.drain();
        leases.attached(null);
        slots.stopAll(StopReason.SHUTDOWN);
        endWhenIdle();
    }

    /** A lease call that still waits may bring jobs: draining takes them, closing leaves them to the detach. */
    private void endWhenIdle() {
        if (refusedAs != null) {
            if (slots.running() == 0) {
                end(refusedAs);
            }
        } else if (draining && slots.running() == 0 && (closing || !leases.isWaiting())) {
            detach(closing ? End.CLOSED : End.DRAINED);
        }
    }

    void detach(End why) {
        if (attachment == null) {
            end(why);
        } else if (!detaching) {
            detaching = true;
            Answers.when(protocol::detach, DETACH_WITHIN, (nothing, failure) -> {
                if (failure != null) {
                    LOG.warn("could not detach; the server notices when the lease is over: {}", failure.toString());
                }
                soon(() -> end(why));
            });
        }
    }

    void end(End why) {
        leaveAttachment();
        slots.end();
        if (ended.complete(why)) {
            LOG.info("ended: {}", why);
        }
        config.sandbox().close();
        timer.stop();
        shipping.stop();
    }

    private void leaveAttachment() {
        attachment = null;
        leases.attached(null);
        LeaseKeeper last = keeper;
        keeper = null;
        if (last != null) {
            last.close();
        }
    }

    private void refusedNow(Attached under, Refusal refusal) {
        if (!under.equals(attachment) || detaching) {
            return;
        }
        Optional<End> over = endBecause(refusal);
        if (over.isPresent()) {
            endRefused(refusal, over.get());
            return;
        }
        LOG.warn("the server does not know this worker any more: {} jobs are lost, attaching again", slots.running());
        leaveAttachment();
        slots.loseAll();
        attach();
    }

    /** A refusal after which no further try makes sense, as the end that it is; empty for all others. */
    private static Optional<End> endBecause(Refusal refusal) {
        return switch (refusal) {
            case UPGRADE_NEEDED -> Optional.of(End.UPGRADE_NEEDED);
            case UNAUTHORIZED -> Optional.of(End.UNAUTHORIZED);
            case REPLACED -> Optional.of(End.REPLACED);
            case UNKNOWN_WORKER, LEASE_LOST, LOG_GAP, ARTIFACT_REFUSED, CREDENTIAL_MISSING, INCOMPLETE, INVALID, BUSY ->
                Optional.empty();
        };
    }

    /** Kills what runs, which is no longer ours, and ends when it is gone: who waits for the end may exit then. */
    private void endRefused(Refusal refusal, End why) {
        String reason = switch (refusal) {
            case UPGRADE_NEEDED -> "the server no longer speaks with this version: upgrade it";
            case UNAUTHORIZED -> "the server does not accept its identity (any more): enrol it anew";
            case REPLACED -> "another process has attached with its identity: run one of them, or enrol each";
            default -> "the server refuses it";
        };
        LOG.error("this worker ends, and {} running jobs are lost, because {}", slots.running(), reason);
        refusedAs = why;
        draining = true;
        leaveAttachment();
        slots.loseAll();
        timer.after(KILLED_WITHIN, () -> end(why));
        endWhenIdle();
    }

    @Override
    public void contact() {
        lastContact = clocks.time().instant();
        tellKeeper(LeaseKeeper::heard);
    }

    @Override
    public void jobsCame() {
        tellKeeper(LeaseKeeper::jobsCame);
    }

    @Override
    public void answeredEarly() {
        tellKeeper(LeaseKeeper::look);
    }

    private void tellKeeper(Consumer<LeaseKeeper> news) {
        LeaseKeeper now = keeper;
        if (now != null) {
            news.accept(now);
        }
    }

    @Override
    public void refused(Attached under, Refusal refusal) {
        soon(() -> refusedNow(under, refusal));
    }

    @Override
    public void leaseAnswered() {
        endWhenIdle();
    }

    @Override
    public void drainOrdered() {
        soon(this::drain);
    }
}
