package pond.worker.runtime;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import pond.worker.executors.StopReason;

/** The jobs that the worker holds, each on a thread of its own. Safe for use by several threads. */
final class Slots {
    private final int count;
    private final StageRunner runner;
    private final Runnable whenFreed;
    private final Set<HeldJob> jobs = ConcurrentHashMap.newKeySet();
    private final ThreadPoolExecutor threads;

    /** @param whenFreed told on the job's thread; must not block */
    Slots(WorkerConfig config, StageRunner runner, Runnable whenFreed) {
        this.count = config.slots();
        this.runner = runner;
        this.whenFreed = whenFreed;
        // The queue holds a job only for the moment between a slot's being free and its thread's being so.
        this.threads = new ThreadPoolExecutor(
                count,
                count,
                1,
                TimeUnit.MINUTES,
                new LinkedBlockingQueue<>(),
                new WorkerThreads(config.name() + "-slot"),
                new ThreadPoolExecutor.DiscardPolicy());
        threads.allowCoreThreadTimeOut(true);
    }

    void start(HeldJob job, Duration grace) {
        jobs.add(job);
        threads.execute(() -> run(job, grace));
    }

    private void run(HeldJob job, Duration grace) {
        try {
            runner.run(job, grace);
        } finally {
            jobs.remove(job);
            whenFreed.run();
        }
    }

    int free() {
        return count - jobs.size();
    }

    int running() {
        return jobs.size();
    }

    List<HeldJob> jobs() {
        return List.copyOf(jobs);
    }

    void stopAll(StopReason why) {
        jobs.forEach(job -> job.stop().stop(why));
    }

    void loseAll() {
        jobs.forEach(HeldJob::lose);
    }

    /** Also interrupts those that do not heed their stop signal. Nothing starts afterwards. */
    void end() {
        loseAll();
        threads.shutdownNow();
    }
}
