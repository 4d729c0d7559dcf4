package pond.server.cli.client;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import pond.common.api.LogPage;
import pond.common.api.RunDetails;
import pond.common.ids.RunId;

/**
 * What becomes of a run from a state on, and its log from the beginning: two threads ask for it by long polls, and whoever
 * reads {@link #next} is told in the order in which they learn of it. A reader that is slow slows the two down. For one
 * reader.
 */
public final class RunFeed implements AutoCloseable {
    private static final int WAIT_SECONDS = 25;
    /** A page of the log has up to a mebibyte. */
    private static final int MOST_UNREAD = 4;

    private final PondClient client;
    private final RunId run;
    private final BlockingQueue<News> unread = new ArrayBlockingQueue<>(MOST_UNREAD);
    private final ExecutorService threads = Executors.newFixedThreadPool(2, work -> {
        Thread thread = new Thread(work, "pond-feed");
        thread.setDaemon(true);
        return thread;
    });

    /** What {@link #next} tells of. */
    public sealed interface News {}

    /** The run has changed. */
    public record State(RunDetails details) implements News {}

    /** More of the log; perhaps no line, but its end. */
    public record Lines(LogPage page) implements News {}

    /** There will be no more of one of the two. */
    public record Failed(Exception failure) implements News {
        /** The failure as one of the calls has thrown it. */
        public IOException asThrown() throws IOException {
            if (failure instanceof RuntimeException unchecked) {
                throw unchecked;
            }
            return failure instanceof IOException io ? io : new IOException(failure);
        }
    }

    /** @param now what the reader knows already */
    public RunFeed(PondClient client, RunDetails now) {
        this.client = client;
        this.run = now.run().id();
        threads.execute(() -> tell(() -> states(now)));
        threads.execute(() -> tell(this::log));
    }

    /** What is next, or nothing when there is nothing for so long. */
    public Optional<News> next(long millis) throws InterruptedException {
        return Optional.ofNullable(unread.poll(millis, TimeUnit.MILLISECONDS));
    }

    /** The two threads end with the calls that they wait for; those end with the client. */
    @Override
    public void close() {
        threads.shutdownNow();
        // So that neither of them hangs on its last word.
        unread.clear();
    }

    private interface Telling {
        void run() throws IOException, InterruptedException;
    }

    private void tell(Telling telling) {
        try {
            try {
                telling.run();
            } catch (IOException | RuntimeException e) {
                unread.put(new Failed(e));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void states(RunDetails first) throws IOException, InterruptedException {
        RunDetails details = first;
        while (!details.run().terminal() && !threads.isShutdown()) {
            long version = details.run().version();
            details = client.runAfter(run, version, WAIT_SECONDS);
            if (details.run().version() != version) {
                unread.put(new State(details));
            }
        }
    }

    private void log() throws IOException, InterruptedException {
        long since = 0;
        boolean complete = false;
        while (!complete && !threads.isShutdown()) {
            LogPage page = client.logs(run, since, WAIT_SECONDS);
            since = page.next();
            complete = page.complete();
            unread.put(new Lines(page));
        }
    }
}
