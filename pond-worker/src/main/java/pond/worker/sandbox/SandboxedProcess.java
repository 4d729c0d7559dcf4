package pond.worker.sandbox;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A started command. Safe for use by many threads. */
public interface SandboxedProcess {

    /**
     * Completes once the main process has ended, whatever it left behind has been killed and its output has been read;
     * always with a value, never exceptionally. The future is a copy: completing it changes nothing here.
     */
    CompletableFuture<Ended> ended();

    /**
     * Ends the command: SIGTERM to everything that belongs to it, then SIGKILL to what is left after {@code grace}.
     * Returns at once; {@link #ended} completes within the grace and five seconds, plus at most two for held pipes
     * and thirty for a sink that is slow to take what was written. A second call can shorten the grace, not extend it. Without effect after the end.
     */
    void stop(Duration grace);

    /** A process that has ended before it began; the reason is fit for a client's eyes. */
    static SandboxedProcess neverStarted(String reason) {
        return new SandboxedProcess() {
            @Override
            public CompletableFuture<Ended> ended() {
                return CompletableFuture.completedFuture(Ended.neverStarted(reason));
            }

            @Override
            public void stop(Duration grace) {}
        };
    }

    /** Waits for {@link #ended}, at most {@code timeout}; empty if it takes longer. */
    default Optional<Ended> await(Duration timeout) throws InterruptedException {
        try {
            return Optional.of(ended().get(timeout.toNanos(), TimeUnit.NANOSECONDS));
        } catch (TimeoutException e) {
            return Optional.empty();
        } catch (ExecutionException e) {
            throw new AssertionError("the end of a process is always a value", e.getCause());
        }
    }
}
