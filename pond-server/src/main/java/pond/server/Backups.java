package pond.server;

import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import pond.server.backup.BackupAge;
import pond.server.backup.BackupSchedule;
import pond.server.backup.BackupService;
import pond.server.cli.VersionProvider;
import pond.server.config.ServerConfig;
import pond.server.db.FilesLock;
import pond.server.http.ReadyCheck;

/** The parts of the backup room in a server: what it knows of backups, and those that it takes by itself. */
record Backups(BackupService service, @Nullable BackupSchedule schedule, BackupAge age) implements AutoCloseable {

    /** Takes backups from now on, if the operator has said where to. */
    static Backups start(ServerConfig config, Storage storage, FilesLock filesLock, InstantSource clock) {
        BackupService service =
                new BackupService(storage.state(), filesLock, Schema.both(clock), VersionProvider.version(), clock);
        Optional<BackupSchedule> schedule = config.backupDir()
                .map(directory -> new BackupSchedule(
                        service,
                        new BackupSchedule.Settings(directory, config.backupEvery(), config.backupKeep()),
                        clock));
        schedule.ifPresent(BackupSchedule::start);
        BackupAge age = new BackupAge(
                service, schedule.orElse(null), config.backupMaxAge().orElse(null), clock);
        return new Backups(service, schedule.orElse(null), age);
    }

    ReadyCheck check() {
        return new ReadyCheck("backup", age::warning);
    }

    @Override
    public void close() {
        if (schedule != null) {
            schedule.close();
        }
    }
}
