package pond.server;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import pond.server.backup.Manifest;
import pond.server.backup.Restore;
import pond.server.cli.ExitCode;
import pond.server.cli.VersionProvider;
import pond.server.db.StorageRefusedException;

/** {@code restore}. */
@Command(
        name = "restore",
        description = "Make a new state folder of a backup; nothing that is there is overwritten.",
        mixinStandardHelpOptions = true,
        versionProvider = VersionProvider.class)
final class RestoreCommand implements Callable<Integer> {
    @Parameters(paramLabel = "BACKUP", description = "A folder pond-TIME that 'backup' has made.")
    @Nullable
    Path backup;

    /** Without a default: the usual place is where the state is that must not be touched. */
    @Option(
            names = "--state-dir",
            paramLabel = "DIR",
            required = true,
            description = "The new state folder, empty or not there yet (POND_STATE_DIR).")
    @Nullable
    Path stateDir;

    @Spec
    @Nullable
    CommandSpec spec;

    private final InstantSource clock;

    RestoreCommand(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public Integer call() throws IOException {
        if (backup == null || stateDir == null || spec == null) {
            throw new IllegalStateException("picocli has not filled in the command");
        }
        Manifest manifest;
        try {
            manifest = new Restore(Schema.both(clock)).restore(backup, stateDir);
        } catch (StorageRefusedException e) {
            throw new IOException(e.getMessage(), e);
        }
        PrintWriter err = spec.commandLine().getErr();
        spec.commandLine().getOut().println(stateDir + " is restored: " + BackupCommand.summary(manifest));
        if (!manifest.sourceKey()) {
            err.println(
                    "The backup does not hold the source key. Before the first start, put source.key into " + stateDir
                            + " (mode 0600), or set POND_SOURCE_KEY; with another key nothing that is sealed opens.");
        }
        return ExitCode.OK;
    }
}
