package pond.worker.sandbox;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Follows processes that a backend has started to their end: passes on their output, stops them, cleans up after them.
 * Safe for use by many threads.
 */
public final class ProcessWatch {
    private final ProcFs proc = new ProcFs();
    private final Set<Long> mainPids = ConcurrentHashMap.newKeySet();
    private final Executor threads = Executors.newCachedThreadPool(daemonThreads());

    /** The processes of a command by their ancestors, session and mark, as for a plain subprocess. */
    public Members marked(Process process, Command command) {
        return ProcessTree.of(proc, process.toHandle(), command.environment().mark(), mainPids);
    }

    /** Takes over a process that was just started. */
    public SandboxedProcess follow(Process process, Command command, Members members, OutputSink sink) {
        RunningProcess running = new RunningProcess(process, members, sink, command.secrets(), threads);
        running.begin();
        return running;
    }

    /** As {@link Sandbox#sweep}. */
    public int sweep(String workerMark) {
        return ProcessTree.ofWorker(proc, workerMark)
                .kill(Duration.ofSeconds(5))
                .leftovers();
    }

    /** For what must not block its caller. */
    public Executor threads() {
        return threads;
    }

    private static ThreadFactory daemonThreads() {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, "pond-confined-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }
}
