package pond.server;

import java.io.IOException;
import java.nio.file.Files;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import pond.server.artifacts.ArtifactService;
import pond.server.cli.RetentionCommand;
import pond.server.config.ServerConfig;
import pond.server.config.Settings;
import pond.server.db.Database;
import pond.server.db.DatabaseConfig;
import pond.server.db.FilesLock;
import pond.server.db.StateDir;
import pond.server.logs.LogService;
import pond.server.retention.RetentionPlan;
import pond.server.retention.RetentionService;
import pond.server.runs.Removals;
import pond.server.usage.UsageService;

/**
 * What retention would remove from a state folder, for the command line. It takes no lock, and only reads: a server may be
 * running on the folder. A schema that is behind is brought up to date, as a start of the server would.
 */
record RetentionInStateDir(Map<String, String> env, InstantSource clock) implements RetentionCommand.Planner {
    @Override
    public RetentionPlan plan(@Nullable String stateDir) throws IOException {
        ServerConfig config =
                ServerConfig.from(env, stateDir == null ? Map.of() : Map.of(Settings.STATE_DIR.name(), stateDir));
        if (!Files.exists(config.stateDir().resolve("pond.db"))) {
            throw new IOException("there is no state of a server in " + config.stateDir());
        }
        ExecutorService completions = Executors.newSingleThreadExecutor(work -> {
            Thread thread = new Thread(work, "pond-plan-1");
            thread.setDaemon(true);
            return thread;
        });
        try (StateDir folder = StateDir.forTool(config.stateDir())) {
            Database.unpackNativeLibraryInto(folder.tmp());
            if (Schema.isUpgradeDue(folder, clock)) {
                throw new IOException("the state in " + config.stateDir()
                        + " is of an earlier version of pond; start the server once, which upgrades it");
            }
            return plan(config, folder, completions);
        } finally {
            completions.shutdown();
        }
    }

    private RetentionPlan plan(ServerConfig config, StateDir folder, ExecutorService completions) throws IOException {
        try (Database database =
                        Database.open(DatabaseConfig.of("pond", folder.pondDb()), Schema.pond(clock), completions);
                Database logDatabase =
                        Database.open(DatabaseConfig.of("logs", folder.logsDb()), Schema.logs(clock), completions)) {
            RetentionService.Around around = new RetentionService.Around(
                    database,
                    logDatabase,
                    new LogService(logDatabase, clock, config.logMaxBytes()),
                    new ArtifactService(database, folder.artifacts(), clock),
                    new UsageService(database),
                    new Removals(database),
                    new FilesLock(folder));
            return new RetentionService(around, new RoomSettings(config).retention(), clock).plan();
        }
    }
}
