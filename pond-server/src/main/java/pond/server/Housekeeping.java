package pond.server;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pond.server.db.FilesLock;
import pond.server.runs.Removals;
import pond.server.workerapi.Rooms;

/**
 * Removes what nobody needs any more, and what a crash left without an owner: bundles of runs that have ended, artifact
 * files that no row names, log lines of runs that have none, attachments of long ago. Nothing depends on when it runs.
 */
final class Housekeeping implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Housekeeping.class);
    private static final Duration FIRST = Duration.ofSeconds(30);
    private static final Duration EVERY = Duration.ofMinutes(5);
    /** Looks at everything that is stored, for what only a crash can leave. */
    private static final Duration RARELY = Duration.ofHours(6);
    /** A bundle is stored a moment before its run names it. */
    private static final Duration YOUNG = Duration.ofMinutes(1);

    private final Rooms rooms;
    private final FilesLock filesLock;
    private final Removals removals;
    private final InstantSource clock;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "pond-housekeeping-1");
        thread.setDaemon(true);
        return thread;
    });

    Housekeeping(Rooms rooms, Removals removals, FilesLock filesLock, InstantSource clock) {
        this.rooms = rooms;
        this.removals = removals;
        this.filesLock = filesLock;
        this.clock = clock;
    }

    void start() {
        every(EVERY, this::removeBundles);
        every(RARELY, this::removeOrphans);
    }

    private void every(Duration pause, Runnable chore) {
        Future<?> unused = timer.scheduleWithFixedDelay(chore, FIRST.toSeconds(), pause.toSeconds(), TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }

    private void removeBundles() {
        try {
            int removed = unlessCopied(() -> rooms.bundles()
                    .sweep(
                            new HashSet<>(rooms.runs().listBundlesInUse()),
                            clock.instant().minus(YOUNG)));
            int broken = rooms.artifacts().sweepPartial(rooms.jobDesk()::isLive);
            log.debug("removed {} bundles, and what {} broken uploads had left", removed, broken);
        } catch (IOException | RuntimeException e) {
            log.warn("bundles and uploads that nobody needs could not be removed; trying again in {}", EVERY, e);
        }
    }

    /** Deletes files and answers how many. */
    private interface Sweep {
        int sweep() throws IOException;
    }

    /** A backup copies what its snapshot names, also when the rows have gone meanwhile; the next sweep comes after it. */
    private int unlessCopied(Sweep sweep) throws IOException {
        Optional<FilesLock.Held> held = filesLock.tryTake();
        if (held.isEmpty()) {
            log.debug("a backup or a retention pass has the files; the next sweep comes after it");
            return 0;
        }
        try {
            return sweep.sweep();
        } finally {
            held.get().close();
        }
    }

    private void removeOrphans() {
        try {
            int removed = unlessCopied(
                    () -> rooms.artifacts().sweep(rooms.jobDesk()::isLive).files());
            log.debug("removed {} artifact files without an owner", removed);
            int forgotten = rooms.workers().sweep().get(RARELY.toSeconds(), TimeUnit.SECONDS)
                    + rooms.enrollment().sweep().get(RARELY.toSeconds(), TimeUnit.SECONDS);
            log.debug("forgot {} attachments and enrolment codes of long ago", forgotten);
            rooms.logs().sweep(removals::hasLog).get(RARELY.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | RuntimeException | ExecutionException | TimeoutException e) {
            log.warn("what a crash left could not be removed; trying again in {}", RARELY, e);
        }
    }
}
