package pond.server.cli.client;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** A while in which nothing is done. Interrupts end it. */
public final class Pause {
    private Pause() {}

    /** Returns after so many milliseconds. */
    public static void millis(long millis) throws InterruptedException {
        try {
            new CompletableFuture<Boolean>()
                    .completeOnTimeout(true, millis, TimeUnit.MILLISECONDS)
                    .get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }
}
