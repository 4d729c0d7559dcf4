package pond.server.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Threads that do the same thing again and again. */
final class Load implements AutoCloseable {
    private final int threads;
    private final ExecutorService pool;

    Load(int threads) {
        this.threads = threads;
        this.pool = Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, "bench-load");
            thread.setDaemon(true);
            return thread;
        });
    }

    interface Action {
        void run() throws Exception;
    }

    Future<?> start(Action action) {
        return pool.submit(() -> {
            action.run();
            return null;
        });
    }

    /** How often a second all threads together do it, for some seconds, after a quarter of that time as warm-up. */
    double rate(double seconds, Action action) throws Exception {
        count(seconds / 4, action);
        long start = System.nanoTime();
        long count = count(seconds, action);
        return count / ((System.nanoTime() - start) / 1e9);
    }

    /** Lets each thread do its part once and waits for all; gives the seconds that it took. */
    double together(Action part) throws Exception {
        long start = System.nanoTime();
        List<Future<?>> parts = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            parts.add(start(part));
        }
        for (Future<?> each : parts) {
            each.get();
        }
        return (System.nanoTime() - start) / 1e9;
    }

    private long count(double seconds, Action action) throws Exception {
        long end = System.nanoTime() + (long) (seconds * 1e9);
        List<Future<Long>> counts = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            counts.add(pool.submit(() -> {
                long count = 0;
                for (; System.nanoTime() < end; count++) {
                    action.run();
                }
                return count;
            }));
        }
        long total = 0;
        for (Future<Long> count : counts) {
            total += count.get();
        }
        return total;
    }

    @Override
    public void close() {
        pool.shutdownNow();
    }
}
