package pond.server.doctor;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import pond.server.backup.LastProven;
import pond.server.config.ServerConfig;
import pond.server.db.Migrator;
import pond.server.local.LocalSurvey;

/** Looks at everything that a server with these settings would need, or has. Takes seconds; for one thread. */
public final class Doctor {
    private final Schemas schemas;
    private final InstantSource clock;

    /** The scripts that make each database what this version wants. */
    public record Schemas(Migrator pond, Migrator logs) {}

    public Doctor(Schemas schemas, InstantSource clock) {
        this.schemas = schemas;
        this.clock = clock;
    }

    /**
     * All answers.
     *
     * @param ok whether nothing is broken; warnings do not count
     */
    public record Report(boolean ok, List<Check> checks) {
        public static Report of(List<Check> checks) {
            return new Report(
                    checks.stream().noneMatch(check -> check.result() == Check.Result.NO), List.copyOf(checks));
        }
    }

    /** What there is to say when the settings cannot even be read. */
    public static Report unreadable(String why) {
        return Report.of(List.of(Check.no("settings", why + "; nothing else was looked at")));
    }

    /** Looks at all of it. */
    public Report examine(ServerConfig config) throws InterruptedException {
        Instant began = clock.instant();
        long nanos = System.nanoTime();
        Path state = config.stateDir().toAbsolutePath().normalize();
        List<Check> checks = new ArrayList<>(settings(config));
        checks.addAll(new StateFolderChecks(state, config.diskFloorBytes()).examine());
        checks.add(DatabaseCheck.of(state.resolve("pond.db"), schemas.pond()));
        checks.add(DatabaseCheck.of(state.resolve("logs.db"), schemas.logs()));
        checks.add(SourceKeyCheck.of(state, config));
        checks.add(BackupCheck.of(new LastProven(state).find(), config.backupMaxAge(), began));
        checks.addAll(new MachineChecks(LocalSurvey.make(), config).examine());
        checks.add(new PortCheck(config.host(), config.port()).examine());
        Duration passed = Duration.ofNanos(System.nanoTime() - nanos);
        checks.add(new ClockCheck(state, clock).examine(began, passed));
        return Report.of(checks);
    }

    private static List<Check> settings(ServerConfig config) {
        List<String> warnings = config.warnings();
        return warnings.isEmpty()
                ? List.of(Check.ok("settings", "all of them can be taken"))
                : warnings.stream()
                        .map(warning -> Check.warning("settings", warning))
                        .toList();
    }
}
