package pond.worker.runtime;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pond.common.protocol.Attached;
import pond.common.protocol.ProtocolException;
import pond.common.protocol.RenewRequest;
import pond.common.protocol.Renewal;
import pond.common.protocol.WorkerProtocol;

/**
 * Keeps the leases of all jobs under one attachment, carries out the server's orders, and stops jobs whose lease can
 * have ended. One thread; the only one that prolongs leases.
 *
 * <p><b>Idle.</b> While no job is held there is nothing to prolong or to cancel, and no call waits: an idle worker costs
 * its server one waiting call, that for jobs. All that the server could want then is a drain, and it ends that call when it
 * does, upon which a look of no length brings the order. A worker that asks for no jobs, such as for want of disk, looks
 * when half a lease has passed without a sign of the server, which is its own sign of life too.
 *
 * <p><b>Time.</b> A lease counts from the moment its request was sent, and the first one from as much later as the server
 * says that the call for jobs had waited: the server got the request later, so its own count ends later. Only the
 * monotonic clock is used, and a tenth of the lease is kept in reserve.
 *
 * <p><b>A job that comes while a call waits</b> is not in that call. With L for the lease: the call that waits ends at
 * most L/3 after the job came, and the next one, which has the job in it, waits L/30 only. So its first renewal is there
 * at 0.4 L by its own count, and 0.9 L is when it would be stopped: room for a failed call or two. A job that ends the
 * idleness is in a call that goes out at once, so that a cancel arrives; that one may wait L/3. Short jobs after it end
 * before that, and cost no call of their own.
 */
final class LeaseKeeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LeaseKeeper.class);

    private final WorkerProtocol protocol;
    private final Slots slots;
    private final Attached attachment;
    private final BooleanSupplier draining;
    private final BooleanSupplier asking;
    private final Supplier<Optional<String>> paused;
    private final LongSupplier nanos;
    private final ServerNews news;
    private final Backoff backoff;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Semaphore nudges = new Semaphore(0);
    private final AtomicBoolean lookDue = new AtomicBoolean();
    private volatile long heardAt;

    /**
     * Keeps them under one attachment.
     *
     * @param asking whether a call for jobs waits, whose end is a sign of the server within a lease
     * @param paused why no job is asked for, if so; the server is told with every renewal
     */
    LeaseKeeper(
            WorkerProtocol protocol,
            Slots slots,
            Attached attachment,
            BooleanSupplier draining,
            BooleanSupplier asking,
            Supplier<Optional<String>> paused,
            LongSupplier nanos,
            ServerNews news) {
        this.protocol = protocol;
        this.slots = slots;
        this.attachment = attachment;
        this.draining = draining;
        this.asking = asking;
        this.paused = paused;
        this.nanos = nanos;
        this.news = news;
        this.backoff = new Backoff(attachment.lease().dividedBy(6));
        this.heardAt = nanos.getAsLong();
    }

    void start(String worker) {
        new WorkerThreads(worker + "-lease").newThread(this::keep).start();
    }

    /** Ends the thread; a call that waits is left to itself. */
    @Override
    public void close() {
        closed.countDown();
        nudges.release();
    }

    /** Any thread: the server has answered whatever call. */
    void heard() {
        heardAt = nanos.getAsLong();
    }

    /** Any thread: jobs are held that were not before. */
    void jobsCame() {
        nudges.release();
    }

    /** Any thread: the server may have orders although no job is held. */
    void look() {
        lookDue.set(true);
        nudges.release();
    }

    /** Tells the server at once that the worker is draining, beside the call that waits. */
    void announceDrain() {
        RenewRequest order = new RenewRequest(held(slots.jobs()), true, Duration.ZERO);
        Answers.when(() -> protocol.renew(order), attachment.maxWait(), (renewal, failure) -> {
            if (failure != null) {
                LOG.debug("the server was not told of the drain; the next renewal does: {}", failure.toString());
            }
        });
    }

    private void keep() {
        try {
            boolean goOn = true;
            while (goOn && closed.getCount() > 0) {
                boolean wasIdle = awaitReason();
                goOn = closed.getCount() == 0 || renewAll(wasIdle);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns when there is something to renew, to look for, or when it is over; true when that took waiting. */
    private boolean awaitReason() throws InterruptedException {
        boolean waited = false;
        while (closed.getCount() > 0) {
            nudges.drainPermits();
            long lease = attachment.lease().toNanos();
            long left = heardAt + (asking.getAsBoolean() ? lease : lease / 2) - nanos.getAsLong();
            if (!renewable().isEmpty() || lookDue.getAndSet(false) || left <= 0) {
                return waited;
            }
            waited = nudges.tryAcquire(left, TimeUnit.NANOSECONDS) || waited;
        }
        return waited;
    }

    private List<HeldJob> renewable() {
        return slots.jobs().stream().filter(job -> !job.isLost()).toList();
    }

    /** One call and what follows from it; false when the attachment is over. */
    private boolean renewAll(boolean wasIdle) throws InterruptedException {
        List<HeldJob> asked = renewable();
        boolean fresh = !wasIdle && !asked.stream().allMatch(HeldJob::wasRenewed);
        Duration wait = asked.isEmpty() ? Duration.ZERO : fresh ? shortWait() : attachment.maxWait();
        long sent = nanos.getAsLong();
        try {
            RenewRequest request = new RenewRequest(
                    held(asked), draining.getAsBoolean(), wait, paused.get().orElse(null));
            Renewal renewal = answer(protocol.renew(request), sent);
            news.contact();
            backoff.reset();
            boolean something = apply(renewal, asked, sent);
            long left = shortWait().toNanos() - (nanos.getAsLong() - sent);
            // An order that we cannot act on, such as one about a job that never arrived, comes back at once.
            if (!something && left > 0 && !asked.isEmpty()) {
                pause(Duration.ofNanos(left));
            }
        } catch (ExecutionException | TimeoutException | RuntimeException e) {
            heardAt = nanos.getAsLong() - attachment.lease().toNanos();
            Throwable cause = Answers.cause(e);
            if (cause instanceof ProtocolException refused && Answers.losesJobs(refused.refusal())) {
                news.refused(attachment, refused.refusal());
                return false;
            }
            if (closed.getCount() == 0) {
                // The worker has ended, and took the connection of the call that waited with it.
                return false;
            }
            LOG.warn("renewing {} leases failed, trying again: {}", asked.size(), cause.toString());
            pause(backoff.next(cause));
        }
        return true;
    }

    /** A thirtieth of the lease: the pace of calls that have no reason to wait long. */
    private Duration shortWait() {
        return attachment.lease().dividedBy(30);
    }

    private static List<RenewRequest.Held> held(List<HeldJob> jobs) {
        return jobs.stream()
                .map(job -> new RenewRequest.Held(job.job().ref(), job.isCancelOrdered()))
                .toList();
    }

    /** Waits for the answer, half a lease at most, and meanwhile stops jobs whose lease can have ended. */
    private Renewal answer(CompletableFuture<Renewal> call, long sent)
            throws InterruptedException, ExecutionException, TimeoutException {
        long giveUp = sent + attachment.lease().toNanos() / 2;
        while (true) {
            long left = giveUp - nanos.getAsLong();
            if (left <= 0 || closed.getCount() == 0) {
                call.cancel(true);
                throw new TimeoutException("no answer within half a lease");
            }
            if (waitFor(call, Math.min(left, untilFirstExpiry()))) {
                return call.get();
            }
            expire();
        }
    }

    private static boolean waitFor(CompletableFuture<?> call, long atMost)
            throws InterruptedException, ExecutionException {
        try {
            call.get(atMost, TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }

    /** True when this was news. */
    private boolean apply(Renewal renewal, List<HeldJob> asked, long sent) {
        boolean something = false;
        for (HeldJob job : asked) {
            if (!renewal.lost().contains(job.job().id())) {
                job.renewed(sent + LeaseLoop.safeNanos(attachment));
            } else if (!job.isLost()) {
                LOG.info(
                        "job {}: the server says that its lease is lost",
                        job.job().id());
                job.lose();
                something = true;
            }
        }
        for (HeldJob job : slots.jobs()) {
            if (renewal.cancel().contains(job.job().id()) && !job.isCancelOrdered()) {
                job.cancel();
                something = true;
            }
            if (renewal.overBudget().contains(job.job().id()) && job.exceedBudget()) {
                something = true;
            }
        }
        if (renewal.drain() && !draining.getAsBoolean()) {
            news.drainOrdered();
        }
        return something;
    }

    private void expire() {
        long now = nanos.getAsLong();
        for (HeldJob job : slots.jobs()) {
            if (job.safeUntil() - now <= 0 && !job.isLost()) {
                LOG.warn(
                        "job {}: stopped, its lease was not renewed in time",
                        job.job().id());
                job.lose();
            }
        }
    }

    private long untilFirstExpiry() {
        long now = nanos.getAsLong();
        return slots.jobs().stream()
                .filter(job -> !job.isLost())
                .mapToLong(job -> Math.max(0, job.safeUntil() - now))
                .min()
                .orElse(Long.MAX_VALUE);
    }

    private void pause(Duration time) throws InterruptedException {
        long end = nanos.getAsLong() + time.toNanos();
        for (long left = time.toNanos(); left > 0; left = end - nanos.getAsLong()) {
            if (closed.await(Math.min(left, untilFirstExpiry()), TimeUnit.NANOSECONDS)) {
                return;
            }
            expire();
        }
    }
}
