package pond.server.retention;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the passes: a minute after the start, then every hour, and when it is asked for one. Safe for use by several threads. */
public final class RetentionTimer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RetentionTimer.class);
    private static final Duration FIRST = Duration.ofMinutes(1);
    private static final Duration EVERY = Duration.ofHours(1);
    private static final long CLOSE_SECONDS = 5;

    private final RetentionService service;
    private final InstantSource clock;
    private final AtomicBoolean wanted = new AtomicBoolean();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread made = new Thread(task, "pond-retention-1");
        made.setDaemon(true);
        return made;
    });
    private volatile @Nullable RetentionPass last;
    private volatile @Nullable Instant next;

    public RetentionTimer(RetentionService service, InstantSource clock) {
        this.service = service;
        this.clock = clock;
    }

    public void start() {
        next = clock.instant().plus(FIRST);
        Future<?> unused =
                thread.scheduleWithFixedDelay(this::scheduled, FIRST.toSeconds(), EVERY.toSeconds(), TimeUnit.SECONDS);
    }

    /** Makes a pass soon; does nothing when one is under way or about to be. */
    void ask() {
        if (wanted.compareAndSet(false, true)) {
            try {
                thread.execute(this::pass);
            } catch (RejectedExecutionException e) {
                log.debug("no pass: the server is being stopped");
            }
        }
    }

    /** Whether a pass that was asked for is under way, or about to be. */
    boolean isWanted() {
        return wanted.get();
    }

    /** The last pass since the start of the server. */
    Optional<RetentionPass> last() {
        return Optional.ofNullable(last);
    }

    /** When the next pass is due. */
    Optional<Instant> next() {
        return Optional.ofNullable(next);
    }

    private void scheduled() {
        wanted.set(true);
        pass();
        next = clock.instant().plus(EVERY);
    }

    private void pass() {
        try {
            RetentionPass pass = service.run();
            last = pass;
            log.debug("retention: {}", pass);
        } finally {
            wanted.set(false);
        }
    }

    /** Waits a moment for the pass that is under way: it ends at its next step. */
    @Override
    public void close() {
        service.close();
        thread.shutdownNow();
        try {
            if (!thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                log.warn("a retention pass does not end; what it has begun is finished by sweeps");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
