package pond.server;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import pond.server.cli.CommandLines;
import pond.server.cli.CompletionCommand;
import pond.server.cli.ContextCommand;
import pond.server.cli.RetentionCommand;
import pond.server.cli.VersionProvider;
import pond.server.cli.admin.CredentialsCommand;
import pond.server.cli.admin.EnrollCodeCommand;
import pond.server.cli.admin.HarnessCommand;
import pond.server.cli.admin.MaintenanceCommand;
import pond.server.cli.admin.ModelCommand;
import pond.server.cli.admin.WorkerCommand;
import pond.server.cli.keys.KeysCommand;
import pond.server.cli.runs.PreflightCommand;
import pond.server.cli.runs.RunCommand;
import pond.server.cli.runs.UsageCommand;

/** The command line of the jar. Without a command it runs the server. */
@Command(
        name = "pond-server",
        description = "A self-hosted run orchestrator: the server, its keys, and a client.",
        mixinStandardHelpOptions = true,
        versionProvider = VersionProvider.class)
public final class ServerMain {
    private static final Set<String> ABOUT = Set.of("-h", "--help", "-V", "--version");

    private ServerMain() {}

    public static void main(String[] args) {
        CommandLine line = commandLine(System.getenv(), PondServer::start);
        System.exit(line.execute(withCommand(args)));
    }

    /** Without a command it is {@code serve}, also when there are options. */
    static String[] withCommand(String[] args) {
        boolean complete = args.length > 0 && (!args[0].startsWith("-") || ABOUT.contains(args[0]));
        return complete
                ? args
                : Stream.concat(Stream.of("serve"), Arrays.stream(args)).toArray(String[]::new);
    }

    /**
     * All commands.
     *
     * @param env the environment
     * @param starter what {@code serve} starts
     */
    static CommandLine commandLine(Map<String, String> env, RunningServer.Starter starter) {
        CommandLine root = new CommandLine(new ServerMain())
                .addSubcommand(new ServeCommand(env, starter))
                .addSubcommand(new KeysCommand(ServerMain::keys))
                .addSubcommand(new RotateSourceKeyCommand(env, new KeyRotation(InstantSource.system())))
                .addSubcommand(new DoctorCommand(env, InstantSource.system()))
                .addSubcommand(new BackupCommand(InstantSource.system()))
                .addSubcommand(new RestoreCommand(InstantSource.system()))
                .addSubcommand(new RetentionCommand(new RetentionInStateDir(env, InstantSource.system())))
                .addSubcommand(new RunCommand())
                .addSubcommand(new UsageCommand())
                .addSubcommand(new ContextCommand())
                .addSubcommand(new CompletionCommand())
                .addSubcommand(new PreflightCommand())
                .addSubcommand(new HarnessCommand())
                .addSubcommand(new ModelCommand())
                .addSubcommand(new CredentialsCommand(env))
                .addSubcommand(new MaintenanceCommand())
                .addSubcommand(new WorkerCommand())
                .addSubcommand(new EnrollCodeCommand());
        return CommandLines.prepare(root, env);
    }

    private static KeysInStateDir keys(Path stateDir) throws IOException {
        return KeysInStateDir.open(stateDir, InstantSource.system());
    }
}
