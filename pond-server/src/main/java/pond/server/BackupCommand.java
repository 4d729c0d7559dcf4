package pond.server;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import pond.common.json.Json;
import pond.server.backup.BackupCheck;
import pond.server.backup.BackupService;
import pond.server.backup.Manifest;
import pond.server.cli.ExitCode;
import pond.server.cli.VersionProvider;
import pond.server.db.Database;
import pond.server.db.FilesLock;
import pond.server.db.StateDir;
import pond.server.db.StorageRefusedException;

/** {@code backup} and {@code backup verify}. */
@Command(
        name = "backup",
        description = "Copy the local state folder, also beside a running server, and prove the copy.",
        mixinStandardHelpOptions = true,
        versionProvider = VersionProvider.class,
        footer = {"", "The copy is DIR/pond-TIME; 'restore' makes a state folder of it. /docs/backup has the rest."})
final class BackupCommand implements Callable<Integer> {
    @Parameters(paramLabel = "DIR", arity = "0..1", description = "Where the folder of the backup is made.")
    @Nullable
    Path directory;

    @Option(
            names = "--state-dir",
            paramLabel = "DIR",
            defaultValue = ".pond-state",
            description = "The state folder (POND_STATE_DIR, .pond-state).")
    Path stateDir = Path.of(".pond-state");

    @Option(
            names = "--keep",
            paramLabel = "N",
            defaultValue = "0",
            description = "Delete all but the newest N backups in DIR, this one included; without it all stay.")
    int keep;

    @Option(
            names = "--with-source-key",
            description = "Put the key that opens sealed secrets into the backup; whoever has it has them all.")
    boolean sourceKey;

    @Option(names = "--json", description = "Print JSON.")
    boolean json;

    @Spec
    @Nullable
    CommandSpec spec;

    private final InstantSource clock;

    BackupCommand(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (directory == null) {
            throw new ParameterException(line(), "DIR is missing: where is the backup to be put?");
        }
        if (keep < 0) {
            throw new ParameterException(line(), "--keep must be 1 or more");
        }
        if (!Files.exists(stateDir.resolve("pond.db"))) {
            throw new IOException("there is no state of a server in " + stateDir);
        }
        try (StateDir state = StateDir.forTool(stateDir)) {
            Database.unpackNativeLibraryInto(state.tmp());
            BackupService service = new BackupService(
                    state, new FilesLock(state), Schema.both(clock), VersionProvider.version(), clock);
            print(service.take(directory, new BackupService.Wishes(sourceKey, keep)));
            return ExitCode.OK;
        } catch (StorageRefusedException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private void print(BackupService.Proven proven) {
        PrintWriter out = line().getOut();
        Manifest manifest = proven.manifest();
        if (json) {
            out.println(Json.write(manifest));
            return;
        }
        out.println(proven.folder() + " is proven: " + summary(manifest));
        if (!manifest.sourceKey()) {
            line().getErr()
                    .println("It does not hold the source key; keep source.key, or POND_SOURCE_KEY, somewhere else.");
        }
    }

    /** What a backup holds, on one line. */
    static String summary(Manifest manifest) {
        Manifest.Counts counts = manifest.counts();
        return "pond " + manifest.version() + " of " + manifest.takenAt() + ", " + counts.runs() + " runs, "
                + counts.logLines() + " log lines, " + counts.artifacts() + " artifacts, " + manifest.bytes()
                + " bytes in " + manifest.files() + " files, "
                + (manifest.sourceKey() ? "with the source key" : "without the source key");
    }

    @Command(
            name = "verify",
            description = "Read a whole backup back and say whether it can be restored.",
            mixinStandardHelpOptions = true)
    int verify(
            @Parameters(paramLabel = "BACKUP", description = "A folder pond-TIME.") Path backup,
            @Option(names = "--json", description = "Print JSON.") boolean asJson)
            throws IOException {
        Manifest manifest = new BackupCheck(Schema.both(clock)).verify(backup);
        line().getOut().println(asJson ? Json.write(manifest) : backup + " can be restored: " + summary(manifest));
        return ExitCode.OK;
    }

    private CommandLine line() {
        if (spec == null) {
            throw new IllegalStateException("picocli has not filled in the command");
        }
        return spec.commandLine();
    }
}
