package pond.worker.runtime;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pond.common.protocol.ProtocolException;
import pond.common.protocol.Refusal;
import pond.worker.checkout.BundleException;

/**
 * Waits for the answers to a job's calls. What failed without a refusal is repeated for as long as the answer matters:
 * until the job is lost, or, while its stage runs, told to end.
 */
final class JobCalls {
    private static final Logger LOG = LoggerFactory.getLogger(JobCalls.class);
    private static final Duration MOST_BACKOFF = Duration.ofSeconds(5);
    static final Duration ANSWER_WITHIN = Duration.ofSeconds(10);
    private static final int TRIES = 3;
    /** Bytes take as long as they take; the transport notices a peer that takes none. */
    static final Duration FOR_BYTES = Duration.ofMinutes(30);

    private final HeldJob held;
    private final CompletableFuture<Void> until;

    private JobCalls(HeldJob held, CompletableFuture<Void> until) {
        this.held = held;
        this.until = until;
    }

    static JobCalls whileRunning(HeldJob held) {
        return new JobCalls(held, held.stopped());
    }

    static JobCalls whileHeld(HeldJob held) {
        return new JobCalls(held, held.lost());
    }

    /**
     * Makes the call until it is answered.
     *
     * @param atMost how long one try may take before it counts as failed
     * @throws ProtocolException when the server refuses for good
     * @throws AbandonedException when the answer no longer matters
     */
    <T> T answer(Supplier<CompletableFuture<T>> call, Duration atMost) throws AbandonedException, InterruptedException {
        return repeated(() -> once(call, atMost));
    }

    /**
     * Asks first and makes a call with what was answered; asks anew before each further try.
     *
     * @param atMost how long one try of the call may take, where the question has ten seconds
     */
    <A, T> T answer(Supplier<CompletableFuture<A>> question, Function<A, CompletableFuture<T>> call, Duration atMost)
            throws AbandonedException, InterruptedException {
        return repeated(() -> {
            A answer = once(question, ANSWER_WITHIN);
            return once(() -> call.apply(answer), atMost);
        });
    }

    /** One try. */
    private interface Try<T> {
        T once() throws AbandonedException, InterruptedException, ExecutionException, TimeoutException;
    }

    private <T> T repeated(Try<T> call) throws AbandonedException, InterruptedException {
        Backoff backoff = new Backoff(MOST_BACKOFF);
        while (true) {
            Duration wait;
            try {
                return call.once();
            } catch (TimeoutException e) {
                LOG.warn("job {}: no answer in time; trying again", held.job().id());
                wait = backoff.next();
            } catch (ExecutionException e) {
                Throwable failure = Answers.cause(e);
                requireRepeatable(failure);
                wait = backoff.next(failure);
            }
            pause(wait);
        }
    }

    private <T> T once(Supplier<CompletableFuture<T>> call, Duration atMost)
            throws AbandonedException, InterruptedException, ExecutionException, TimeoutException {
        requireWanted();
        CompletableFuture<T> future = call.get();
        try {
            await(future, atMost);
            requireWanted(future);
            return future.get();
        } catch (TimeoutException e) {
            future.cancel(true);
            throw e;
        }
    }

    /** Work that reads what a call has answered. */
    interface Work {
        void run() throws IOException, InterruptedException;
    }

    /** Does the work again when it fails, a few times: a connection may break in the middle of a stream's bytes. */
    void readingBytes(Work work) throws IOException, InterruptedException {
        Backoff backoff = new Backoff(MOST_BACKOFF);
        for (int left = TRIES - 1; ; left--) {
            try {
                work.run();
                return;
            } catch (IOException e) {
                if (left == 0 || e instanceof AbandonedException || e instanceof BundleException) {
                    throw e;
                }
                LOG.warn(
                        "job {}: reading bytes failed, trying again: {}",
                        held.job().id(),
                        e.toString());
            }
            pause(backoff.next());
        }
    }

    /** Waits, and no longer than the answers to this job's calls matter. */
    void pause(Duration time) throws InterruptedException {
        try {
            until.get(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            LOG.trace("job {}: paused for {}", held.job().id(), time);
        } catch (ExecutionException e) {
            throw new IllegalStateException("the end of a job never fails", e);
        }
    }

    boolean isWanted() {
        return !until.isDone();
    }

    void requireWanted() throws AbandonedException {
        if (!isWanted()) {
            throw new AbandonedException();
        }
    }

    /** An answer that came together with the end counts: it may be the accepted complete. */
    private void requireWanted(CompletableFuture<?> answer) throws AbandonedException {
        if (!answer.isDone()) {
            answer.cancel(true);
            throw new AbandonedException();
        }
    }

    private void await(CompletableFuture<?> future, Duration atMost)
            throws InterruptedException, ExecutionException, TimeoutException {
        if (!future.isDone()) {
            CompletableFuture.anyOf(future, until).get(atMost.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    private void requireRepeatable(Throwable failure) throws AbandonedException {
        if (!(failure instanceof ProtocolException refused)) {
            LOG.warn("job {}: a call failed, trying again: {}", held.job().id(), failure.toString());
            return;
        }
        if (Answers.losesJobs(refused.refusal())) {
            LOG.info("job {}: no longer ours: {}", held.job().id(), refused.getMessage());
            held.lose();
            throw new AbandonedException();
        }
        if (refused.refusal() != Refusal.BUSY) {
            throw refused;
        }
    }
}
