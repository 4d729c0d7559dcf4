package pond.server.doctor;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** When the last proven backup was taken. */
final class BackupCheck {
    private BackupCheck() {}

    /** @param most how old it may be; empty: any age will do */
    static Check of(Optional<Instant> last, Optional<Duration> most, Instant now) {
        if (last.isEmpty()) {
            return Check.warning("backup", "none is known; take one with 'backup', or set POND_BACKUP_DIR");
        }
        Duration age = Duration.between(last.get(), now);
        String when = "the last proven one is of " + last.get();
        return most.isPresent() && age.compareTo(most.get()) > 0
                ? Check.warning("backup", when + ", more than " + most.get().toHours() + " hours ago; take one")
                : Check.ok("backup", when);
    }
}
