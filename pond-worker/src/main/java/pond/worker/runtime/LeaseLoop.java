package pond.worker.runtime;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pond.common.protocol.Attached;
import pond.common.protocol.Job;
import pond.common.protocol.LeaseRequest;
import pond.common.protocol.ProtocolException;
import pond.common.protocol.WorkerProtocol;

/**
 * Asks for jobs while slots are free, and starts them. One call waits on the server at a time and asks for the slots
 * that were free when it was made; a slot that becomes free meanwhile is asked for by the next one, which goes out as
 * soon as that call is answered, or at once when none waits.
 *
 * <p>No thread waits here: jobs are started on the thread that brings the answer, all else happens on the timer thread.
 */
final class LeaseLoop {
    private static final Logger LOG = LoggerFactory.getLogger(LeaseLoop.class);
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(5);
    private static final Duration ANSWER_MARGIN = Duration.ofSeconds(10);

    private final WorkerProtocol protocol;
    private final Slots slots;
    private final Supplier<Optional<String>> refusal;
    private final TimerThread timer;
    private final LongSupplier nanos;
    private final ServerNews news;
    private final Backoff backoff = new Backoff(Duration.ofSeconds(5));

    private volatile @Nullable Attached attachment;
    private volatile @Nullable String pausedBecause;
    private boolean draining;
    private volatile @Nullable Attached waitingUnder;
    private boolean pausing;

    LeaseLoop(
            WorkerProtocol protocol,
            Slots slots,
            Supplier<Optional<String>> refusal,
            TimerThread timer,
            LongSupplier nanos,
            ServerNews news) {
        this.protocol = protocol;
        this.slots = slots;
        this.refusal = refusal;
        this.timer = timer;
        this.nanos = nanos;
        this.news = news;
    }

    /** How long a lease lasts on this side: a tenth less, for clocks that differ and for the time that killing takes. */
    static long safeNanos(Attached attachment) {
        return attachment.lease().toNanos() / 10 * 9;
    }

    /** Asks under this attachment from now on; null: not at all, and jobs that are still answered are not taken. */
    void attached(@Nullable Attached now) {
        attachment = now;
        ask();
    }

    /** Asks no more; the jobs of a call that waits are still taken. */
    void drain() {
        draining = true;
    }

    /** Whether a call waits on the server that may still bring jobs; any thread. */
    boolean isWaiting() {
        return isWaitingUnder(attachment);
    }

    /** A call of an attachment that is over is waited for by nobody. */
    private boolean isWaitingUnder(@Nullable Attached under) {
        return under != null && under.equals(waitingUnder);
    }

    /** Why no jobs are taken although slots are free. */
    Optional<String> pausedBecause() {
        return Optional.ofNullable(pausedBecause);
    }

    /** Asks, if there is a reason to. */
    void ask() {
        Attached under = attachment;
        int free = slots.free();
        if (under == null || draining || isWaitingUnder(under) || pausing || free < 1 || !hasRoom()) {
            return;
        }
        waitingUnder = under;
        long sent = nanos.getAsLong();
        LeaseRequest request = new LeaseRequest(free, under.maxLeaseWait());
        Answers.when(() -> protocol.lease(request), under.maxLeaseWait().plus(ANSWER_MARGIN), (jobs, failure) -> {
            if (jobs != null) {
                start(jobs, under, sent);
            }
            boolean early = jobs != null && jobs.isEmpty() && nanos.getAsLong() - sent < earlyNanos(under);
            timer.soon(() -> answered(under, early, failure));
        });
    }

    /** Nobody ends an empty lease call in less than half of its time without a reason. */
    private static long earlyNanos(Attached under) {
        return under.maxLeaseWait().toNanos() / 2;
    }

    private void start(List<Job> jobs, Attached under, long sent) {
        news.contact();
        if (under.equals(attachment)) {
            long now = nanos.getAsLong();
            jobs.forEach(job ->
                    slots.start(new HeldJob(job, leasedAt(job, sent, now) + safeNanos(under)), under.cancelGrace()));
            if (!jobs.isEmpty()) {
                news.jobsCame();
            }
        } else if (!jobs.isEmpty()) {
            LOG.info("{} jobs came for an attachment that has ended", jobs.size());
        }
    }

    /** Never later than the server began to count; no call has waited for longer than it took. */
    static long leasedAt(Job job, long sent, long now) {
        return sent + Math.max(0, Math.min(now - sent, job.leasedAfter().toNanos()));
    }

    private void answered(Attached under, boolean early, @Nullable Throwable failure) {
        if (isWaitingUnder(under)) {
            waitingUnder = null;
        }
        if (failure != null) {
            failed(under, failure);
        } else if (early) {
            // Such as when the server has drained this worker: it would answer the next call as fast.
            news.answeredEarly();
            pause(backoff.next());
        } else {
            backoff.reset();
            ask();
        }
        news.leaseAnswered();
    }

    private void failed(Attached under, Throwable failure) {
        if (failure instanceof ProtocolException refused && Answers.losesJobs(refused.refusal())) {
            news.refused(under, refused.refusal());
            return;
        }
        Duration wait = backoff.next(failure);
        LOG.warn("asking for jobs failed, trying again in {} ms: {}", wait.toMillis(), failure.toString());
        pause(wait);
    }

    private boolean hasRoom() {
        Optional<String> why = refusal.get();
        if (why.isPresent() && pausedBecause == null) {
            LOG.warn("no jobs are taken: {}", why.get());
        }
        if (why.isEmpty() && pausedBecause != null) {
            LOG.info("jobs are taken again");
        }
        pausedBecause = why.orElse(null);
        if (why.isPresent()) {
            pause(LOOK_AGAIN);
        }
        return why.isEmpty();
    }

    private void pause(Duration time) {
        pausing = true;
        timer.after(time, this::resume);
    }

    private void resume() {
        pausing = false;
        ask();
    }
}
