package pond.server.backup;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a backup whenever the last proven one has become too old, on a thread of its own. One that fails is tried again
 * an hour later, or sooner when backups are wanted more often than that.
 */
public final class BackupSchedule implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(BackupSchedule.class);
    private static final Duration LOOK = Duration.ofMinutes(1);
    private static final Duration RETRY = Duration.ofHours(1);
    private static final long CLOSE_SECONDS = 2;

    private final BackupService service;
    private final Settings settings;
    private final InstantSource clock;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "pond-backup-1");
        thread.setDaemon(true);
        return thread;
    });
    private volatile @Nullable Instant failedAt;

    public BackupSchedule(BackupService service, Settings settings, InstantSource clock) {
        this.service = service;
        this.settings = settings;
        this.clock = clock;
    }

    /** Where to, how old the last one may become, and how many stay. */
    public record Settings(Path directory, Duration every, int keep) {}

    /** Looks once a minute from now on whether one is due. */
    public void start() {
        Future<?> unused = timer.scheduleWithFixedDelay(this::takeIfDue, 1, LOOK.toSeconds(), TimeUnit.SECONDS);
    }

    /** When the last try failed; empty when it did not. */
    public Optional<Instant> failedAt() {
        return Optional.ofNullable(failedAt);
    }

    void takeIfDue() {
        try {
            if (clock.instant().isBefore(due())) {
                return;
            }
            BackupService.Proven proven =
                    service.take(settings.directory(), new BackupService.Wishes(false, settings.keep()));
            failedAt = null;
            log.info(
                    "backup {} is proven: {} runs, {} bytes",
                    proven.folder(),
                    proven.manifest().counts().runs(),
                    proven.manifest().bytes());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | RuntimeException e) {
            failedAt = clock.instant();
            log.error("the backup to {} failed; it is tried again", settings.directory(), e);
        }
    }

    private Instant due() {
        Instant next =
                service.lastProven().map(taken -> taken.plus(settings.every())).orElse(Instant.MIN);
        Instant failed = failedAt;
        if (failed == null) {
            return next;
        }
        Instant again = failed.plus(settings.every().compareTo(RETRY) < 0 ? settings.every() : RETRY);
        return again.isAfter(next) ? again : next;
    }

    /** A backup that is being written is broken off; what it leaves, the next one removes. */
    @Override
    public void close() {
        timer.shutdownNow();
        try {
            if (!timer.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                log.warn("a backup is still being written; it ends with this process");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
