package pond.worker.executors;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Tells a running stage to end. Set once; the first reason stays. Safe for use by several threads. */
public final class StopSignal {
    private final CountDownLatch set = new CountDownLatch(1);
    private final List<Runnable> listeners = new ArrayList<>();
    private @Nullable StopReason reason;

    /** Sets the signal and runs the listeners on the calling thread; a later call does nothing. */
    public void stop(StopReason why) {
        List<Runnable> told;
        synchronized (this) {
            if (reason != null) {
                return;
            }
            reason = why;
            told = List.copyOf(listeners);
        }
        set.countDown();
        told.forEach(Runnable::run);
    }

    /** Empty as long as the stage should go on. */
    public synchronized Optional<StopReason> reason() {
        return Optional.ofNullable(reason);
    }

    public boolean isSet() {
        return set.getCount() == 0;
    }

    /** Waits for the signal; true when it is set, false when the time was over first. */
    public boolean await(Duration atMost) throws InterruptedException {
        return set.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Runs the listener when the signal is set; at once, on this thread, when it is set already. It must not block. */
    public void onStop(Runnable listener) {
        synchronized (this) {
            if (reason == null) {
                listeners.add(listener);
                return;
            }
        }
        listener.run();
    }
}
