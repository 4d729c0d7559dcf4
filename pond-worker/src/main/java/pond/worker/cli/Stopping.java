package pond.worker.cli;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pond.worker.runtime.Worker;

/**
 * What a signal does: the first one drains, the second one cancels what runs, the third one ends the process at once.
 * Before there is a worker the first one ends the start.
 */
final class Stopping {
    private static final Logger LOG = LoggerFactory.getLogger(Stopping.class);
    private static final Duration CANCEL_WITHIN = Duration.ofSeconds(15);
    /** Where signals cannot be told apart, service managers kill after about this long. */
    private static final Duration DRAIN_WITHIN = Duration.ofSeconds(60);

    private final AtomicInteger signals = new AtomicInteger();
    private final Thread starting = Thread.currentThread();
    private volatile @Nullable Worker worker;

    /** To be called on the thread that starts the worker. */
    static Stopping install() {
        Stopping stopping = new Stopping();
        if (!StopSignals.install(stopping::signal)) {
            Runtime.getRuntime().addShutdownHook(new Thread(stopping::drainThenClose, "pond-cli-shutdown"));
        }
        return stopping;
    }

    /** From now on signals are for this worker. */
    void watch(Worker started) throws InterruptedException {
        worker = started;
        if (signals.get() > 0) {
            started.drain(Duration.ZERO);
        }
    }

    private void signal() {
        int count = signals.incrementAndGet();
        Worker now = worker;
        if (count > 2) {
            Runtime.getRuntime().halt(ExitCodes.FAILED);
        } else if (now == null) {
            starting.interrupt();
        } else if (count == 1) {
            LOG.info("told to stop: running jobs may finish; a second signal cancels them");
            drain(now, Duration.ZERO);
        } else {
            LOG.warn("told to stop again: running jobs are cancelled; a third signal ends at once");
            now.cancelAll(CANCEL_WITHIN);
        }
    }

    private void drainThenClose() {
        Worker now = worker;
        if (now != null && !drain(now, DRAIN_WITHIN)) {
            now.cancelAll(CANCEL_WITHIN);
        }
    }

    private static boolean drain(Worker worker, Duration atMost) {
        try {
            return worker.drain(atMost);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
