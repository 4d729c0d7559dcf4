package pond.worker.runtime;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pond.common.protocol.ProtocolException;
import pond.common.protocol.Refusal;
import pond.common.protocol.UsageBatch;
import pond.common.protocol.UsageRecord;
import pond.common.protocol.UsageTotals;
import pond.common.protocol.WorkerProtocol;

/**
 * Brings a job's model calls to the server, each once: a record is kept until it was acknowledged and sent again until
 * then, which its id makes harmless. One batch is under way at a time. {@link #add} is safe for use by several threads; the
 * sending happens on the shipping thread alone.
 *
 * <p><b>In memory only.</b> A worker that ends in order sends the rest first. One that is killed takes with it what it has not sent: while the server answers, the calls
 * of the last half second; while it does not, all since, {@value #MOST_UNSENT} at most. Its jobs are lost too, so no
 * signed end claims these calls, but the provider bills them, and no budget counts them.
 */
final class UsageShipper {
    private static final Logger LOG = LoggerFactory.getLogger(UsageShipper.class);

    /** A batch goes out when it is full or its first record has waited for so long. */
    static final int BATCH = 100;

    static final Duration LINGER = Duration.ofMillis(500);
    /** Who brings more waits until the server has taken some. */
    static final int MOST_UNSENT = 10_000;

    private static final Duration MOST_BACKOFF = Duration.ofSeconds(5);

    private final HeldJob held;
    private final WorkerProtocol protocol;
    private final TimerThread shipping;
    private final CompletableFuture<UsageTotals> drained = new CompletableFuture<>();

    // Guarded by this.
    private final Queue<UsageRecord> unsent = new ArrayDeque<>();
    private UsageTotals totals = UsageTotals.NONE;
    private boolean finished;
    private boolean lingering;
    private boolean pumping;
    private boolean due;

    // Used on the shipping thread only.
    private final Backoff backoff = new Backoff(MOST_BACKOFF);
    private boolean waiting;

    UsageShipper(HeldJob held, WorkerProtocol protocol, TimerThread shipping) {
        this.held = held;
        this.protocol = protocol;
        this.shipping = shipping;
        CompletableFuture<Void> unused = held.lost().thenRun(this::wake);
    }

    /**
     * Takes a record; after {@link #finish} and for a job that is lost it is dropped. Waits while too much is unsent; the
     * record of a thread that is interrupted is taken all the same, for nobody else has it.
     */
    void add(UsageRecord call) {
        boolean interrupted = false;
        synchronized (this) {
            while (unsent.size() >= MOST_UNSENT && !finished && !held.isLost() && !interrupted) {
                try {
                    wait();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            take(call);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Takes no more records and ships what is left.
     *
     * @return completed with the sum of all that were taken as soon as the server has them; never when the job was lost
     *     before
     */
    synchronized CompletableFuture<UsageTotals> finish() {
        if (!finished) {
            finished = true;
            due = true;
            notifyAll();
            if (unsent.isEmpty()) {
                drained.complete(totals);
            } else {
                pumpSoon();
            }
        }
        return drained;
    }

    /** Finishes and waits, no longer than this and than the job is held; true when the server has them all. */
    boolean finish(Duration atMost) throws InterruptedException {
        CompletableFuture<UsageTotals> all = finish();
        try {
            CompletableFuture.anyOf(all, held.lost()).get(atMost.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            LOG.debug(
                    "job {}: not all model calls were told within {}",
                    held.job().id(),
                    atMost);
        } catch (ExecutionException e) {
            throw new IllegalStateException("neither of the two ever fails", e);
        }
        return all.isDone();
    }

    private synchronized void wake() {
        notifyAll();
    }

    private synchronized void take(UsageRecord call) {
        if (finished) {
            LOG.error(
                    "job {}: model call {} came after its stage's end and is not told",
                    held.job().id(),
                    call.id());
            return;
        }
        if (held.isLost()) {
            return;
        }
        totals = totals.plus(call);
        unsent.add(call);
        if (unsent.size() >= BATCH) {
            pumpSoon();
        }
        if (!lingering) {
            lingering = true;
            shipping.after(LINGER, this::lingered);
        }
    }

    private synchronized void pumpSoon() {
        if (!pumping) {
            pumping = true;
            shipping.soon(this::pump);
        }
    }

    private void lingered() {
        synchronized (this) {
            lingering = false;
            due = true;
        }
        pump();
    }

    private void pump() {
        synchronized (this) {
            pumping = false;
        }
        if (waiting || held.isLost()) {
            return;
        }
        List<UsageRecord> next = nextBatch();
        if (!next.isEmpty()) {
            send(next);
        }
    }

    /** Those that have waited longest; they stay until they were acknowledged. */
    private synchronized List<UsageRecord> nextBatch() {
        boolean ripe = due || unsent.size() >= BATCH;
        return ripe ? unsent.stream().limit(BATCH).toList() : List.of();
    }

    private void send(List<UsageRecord> sent) {
        waiting = true;
        UsageBatch batch = new UsageBatch(held.job().ref(), sent);
        Answers.when(
                () -> protocol.usage(batch),
                JobCalls.ANSWER_WITHIN,
                (nothing, failure) -> shipping.soon(() -> answered(sent.size(), failure)));
    }

    private void answered(int count, @Nullable Throwable failure) {
        waiting = false;
        if (failure == null) {
            backoff.reset();
            acknowledged(count);
            pump();
        } else if (isRepeatable(failure)) {
            waiting = true;
            shipping.after(backoff.next(failure), this::tryAgain);
        }
    }

    private void tryAgain() {
        waiting = false;
        pump();
    }

    private synchronized void acknowledged(int count) {
        for (int i = 0; i < count; i++) {
            unsent.remove();
        }
        notifyAll();
        due = finished || (due && !unsent.isEmpty());
        if (finished && unsent.isEmpty()) {
            drained.complete(totals);
        }
    }

    /** A job whose calls the server can never take could not be completed either: it is given up. */
    private boolean isRepeatable(Throwable failure) {
        if (!(failure instanceof ProtocolException refused) || refused.refusal() == Refusal.BUSY) {
            LOG.debug(
                    "job {}: telling model calls failed, trying again: {}",
                    held.job().id(),
                    failure.toString());
            return true;
        }
        if (Answers.losesJobs(refused.refusal())) {
            LOG.info("job {}: its model calls are refused: {}", held.job().id(), refused.getMessage());
        } else {
            LOG.error(
                    "job {}: given up, the server can never take its model calls ({}): {}",
                    held.job().id(),
                    refused.refusal(),
                    refused.getMessage());
        }
        held.lose();
        return false;
    }
}
