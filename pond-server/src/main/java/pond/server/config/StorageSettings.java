package pond.server.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/** Those of {@link Settings} that say how long what is stored stays, and when it is copied. */
public final class StorageSettings {
    private static final int MAX_HOURS = 8_760;
    private static final int MAX_DAYS = 36_500;

    public static final Setting<Path> BACKUP_DIR = setting(
            "POND_BACKUP_DIR",
            "a folder outside of the state folder",
            "",
            "Where the server puts backups that it takes by itself; unset, it takes none.",
            SettingValues::path);
    public static final Setting<Duration> BACKUP_EVERY =
            hours("POND_BACKUP_EVERY_HOURS", "24", "How old the last proven backup becomes before the next is taken.");
    public static final Setting<Integer> BACKUP_KEEP = setting(
            "POND_BACKUP_KEEP",
            "a whole number from 1 to 1000",
            "7",
            "How many of its own backups stay; older ones are deleted.",
            text -> SettingValues.integer(text, 1, 1_000));
    public static final Setting<Duration> BACKUP_MAX_AGE = hours(
            "POND_BACKUP_MAX_AGE_HOURS",
            "",
            "/health/ready warns when the last proven backup is older; unset, no age is too old.");
    public static final Setting<Boolean> UPGRADE_COPY = setting(
            "POND_UPGRADE_COPY",
            "true or false",
            "true",
            "Copy the databases before a new version changes their schema.",
            SettingValues::bool);
    public static final Setting<Optional<Duration>> RETENTION_RUNS =
            days("POND_RETENTION_RUNS_DAYS", "90", "How long a run that has ended is kept.");
    public static final Setting<Optional<Duration>> RETENTION_LOGS = days(
            "POND_RETENTION_LOGS_DAYS",
            "30, or as long as its run if that is less",
            "How long the log of a run that has ended is kept.");
    public static final Setting<Optional<Duration>> RETENTION_ARTIFACTS = days(
            "POND_RETENTION_ARTIFACTS_DAYS",
            "30, or as long as their run if that is less",
            "How long the artifacts of a run that has ended are kept.");
    public static final Setting<Optional<Long>> RETENTION_PROJECT_MAX_BYTES = setting(
            "POND_RETENTION_PROJECT_MAX_BYTES",
            "a number of bytes such as 1048576, 512k, 64m or 2g, or unlimited",
            "20g",
            "What logs and artifacts of one project may take together; those of the oldest runs that have ended go first.",
            text -> SettingValues.orUnlimited(text, SettingValues::bytes));

    private StorageSettings() {}

    private static Setting<Duration> hours(String name, String byDefault, String sentence) {
        return setting(
                name,
                "a whole number of hours from 1 to " + MAX_HOURS,
                byDefault,
                sentence,
                text -> Duration.ofHours(SettingValues.integer(text, 1, MAX_HOURS)));
    }

    private static Setting<Optional<Duration>> days(String name, String byDefault, String sentence) {
        return setting(
                name,
                "a whole number of days from 1 to " + MAX_DAYS + ", or unlimited",
                byDefault,
                sentence,
                text -> SettingValues.orUnlimited(
                        text, number -> Duration.ofDays(SettingValues.integer(number, 1, MAX_DAYS))));
    }

    /** As in {@link LimitSettings}. */
    private static <T> Setting<T> setting(
            String name, String takes, String byDefault, String sentence, Function<String, T> read) {
        return new Setting<>(name, takes, byDefault, sentence, false, read);
    }
}
