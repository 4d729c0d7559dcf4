package pond.server.doctor;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** The time of day, which deadlines and ids are made of: against what the file system has seen, and against itself. */
final class ClockCheck {
    /** File systems round, and another machine may have written. */
    private static final Duration LEEWAY = Duration.ofSeconds(2);

    private static final Path SYNCHRONIZED = Path.of("/run/systemd/timesync/synchronized");
    private static final List<String> WRITTEN =
            List.of("server.lock", "pond.db", "pond.db-wal", "logs.db", "logs.db-wal");

    private final Path state;
    private final InstantSource clock;

    ClockCheck(Path state, InstantSource clock) {
        this.state = state;
        this.clock = clock;
    }

    /**
     * Looks.
     *
     * @param began what the clock said some time ago
     * @param passed how long ago that was, by a clock that only ever goes forward
     */
    Check examine(Instant began, Duration passed) {
        Instant now = clock.instant();
        String says = "it says " + now.truncatedTo(ChronoUnit.SECONDS);
        for (Instant written : written()) {
            if (written.isAfter(now.plus(LEEWAY))) {
                return Check.no("clock", says + ", and the state folder was written at " + written + "; set the clock");
            }
        }
        Duration jump = Duration.between(began.plus(passed), now);
        if (jump.abs().compareTo(LEEWAY) > 0) {
            return Check.warning("clock", "it was set by " + jump.toSeconds() + " seconds during these checks");
        }
        return Check.ok(
                "clock",
                says
                        + (Files.exists(SYNCHRONIZED)
                                ? ", and systemd-timesyncd has set it"
                                : ", and who sets it is not known here"));
    }

    private List<Instant> written() {
        // A file that is not there counts as one of 1970.
        return WRITTEN.stream()
                .map(name -> Instant.ofEpochMilli(state.resolve(name).toFile().lastModified()))
                .toList();
    }
}
