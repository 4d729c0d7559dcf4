package pond.worker.sandbox.bubblewrap;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The one thread that starts sandboxes. A sandbox dies with the thread that has started it, not only with its process:
 * so this one never ends before the worker does.
 */
final class SpawnThread implements AutoCloseable {
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        Thread spawner = new Thread(task, "pond-sandbox-spawn");
        spawner.setDaemon(true);
        return spawner;
    });
    private final Executor helpers;

    /** @param helpers for what may take longer */
    SpawnThread(Executor helpers) {
        this.helpers = helpers;
    }

    Executor helpers() {
        return helpers;
    }

    /** As {@link ProcessBuilder#start}; waits for its turn. */
    Process start(ProcessBuilder builder) throws IOException {
        CompletableFuture<Process> started = CompletableFuture.supplyAsync(() -> begin(builder), thread);
        try {
            return started.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof NotStarted failure) {
                throw new IOException(failure.getMessage(), failure);
            }
            throw e;
        }
    }

    private static Process begin(ProcessBuilder builder) {
        try {
            return builder.start();
        } catch (IOException e) {
            throw new NotStarted(e);
        }
    }

    /** Ends the thread, and with it every sandbox that still runs. */
    @Override
    public void close() {
        thread.shutdown();
    }

    private static final class NotStarted extends RuntimeException {
        private static final long serialVersionUID = 1;

        NotStarted(IOException cause) {
            super(cause.getMessage(), cause);
        }
    }
}
