package pond.server.backup;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What an operator should be told about backups when asking whether the server is well. */
public final class BackupAge {
    private final BackupService service;
    private final @Nullable BackupSchedule schedule;
    private final @Nullable Duration most;
    private final InstantSource clock;

    /**
     * @param schedule null: the server takes none by itself
     * @param most how old the last proven one may be; null: no age is too old
     */
    public BackupAge(
            BackupService service, @Nullable BackupSchedule schedule, @Nullable Duration most, InstantSource clock) {
        this.service = service;
        this.schedule = schedule;
        this.most = most;
        this.clock = clock;
    }

    /** What is not well, in words that any caller may read. */
    public Optional<String> warning() {
        Optional<Instant> last = service.lastProven();
        Optional<Instant> failed = schedule == null ? Optional.empty() : schedule.failedAt();
        if (failed.isPresent() && (last.isEmpty() || failed.get().isAfter(last.get()))) {
            return Optional.of("the last backup failed; the log of the server says why");
        }
        if (most == null) {
            return Optional.empty();
        }
        if (last.isEmpty()) {
            return Optional.of("no backup has been proven yet");
        }
        Duration age = Duration.between(last.get(), clock.instant());
        return age.compareTo(most) <= 0
                ? Optional.empty()
                : Optional.of("the last proven backup is " + age.toHours() + " hours old; it should be "
                        + most.toHours() + " at most");
    }
}
