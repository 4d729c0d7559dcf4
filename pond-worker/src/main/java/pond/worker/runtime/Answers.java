package pond.worker.runtime;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pond.common.protocol.Refusal;

/** How the answers to calls are awaited and read. */
final class Answers {
    private static final Logger LOG = LoggerFactory.getLogger(Answers.class);

    private Answers() {}

    /**
     * Makes the call and tells once how it ended, on whatever thread that is known: with its value, or with its failure, which is a
     * {@link java.util.concurrent.TimeoutException} when there was no answer in time.
     */
    static <T> void when(
            Supplier<CompletableFuture<T>> call, Duration atMost, BiConsumer<@Nullable T, @Nullable Throwable> then) {
        CompletableFuture<T> unused = made(call)
                .copy()
                .orTimeout(atMost.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((value, failure) -> {
                    try {
                        then.accept(value, failure == null ? null : cause(failure));
                    } catch (RuntimeException e) {
                        LOG.error("an answer could not be handled", e);
                    }
                });
    }

    /** A call that cannot even be made, such as with a client that was closed, has failed like any other. */
    private static <T> CompletableFuture<T> made(Supplier<CompletableFuture<T>> call) {
        try {
            return call.get();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** The failure itself; futures wrap it, some twice. */
    static Throwable cause(Throwable failure) {
        boolean wraps = failure instanceof CompletionException || failure instanceof ExecutionException;
        Throwable cause = wraps ? failure.getCause() : null;
        return cause == null ? failure : cause(cause);
    }

    /** Whether a job that gets this refusal is no longer this worker's. */
    static boolean losesJobs(Refusal refusal) {
        return refusal == Refusal.LEASE_LOST || refusal.endsAttachment();
    }
}
