package pond.worker;

import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import pond.worker.cli.DoctorCommand;
import pond.worker.cli.EnvironmentTwins;
import pond.worker.cli.ExitCodes;
import pond.worker.cli.IdentityCommand;
import pond.worker.cli.RunCommand;
import pond.worker.cli.VersionProvider;

/** The command line of the worker's jar. */
@Command(
        name = "pond-worker",
        description =
                "Runs stages for a pond server. SIGTERM drains: running jobs finish and no new ones are taken; a second"
                        + " one cancels them, a third one ends at once. Every option can be given by the variable behind it.",
        mixinStandardHelpOptions = true,
        versionProvider = VersionProvider.class,
        subcommands = {DoctorCommand.class, IdentityCommand.class},
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:drained, or ended as told",
            "1:it cannot start, such as for its state folder",
            "2:the command line or the environment is wrong",
            "3:the server refuses the enrolment code or this worker",
            "4:the server no longer speaks with this version: upgrade"
        })
public final class WorkerMain implements Callable<Integer> {
    @Mixin
    RunCommand command = new RunCommand();

    @Spec
    @Nullable
    CommandSpec spec;

    private WorkerMain() {}

    public static void main(String[] args) {
        System.exit(commandLine(System.getenv()).execute(args));
    }

    static CommandLine commandLine(Map<String, String> environment) {
        return new CommandLine(new WorkerMain())
                .setDefaultValueProvider(new EnvironmentTwins(environment))
                .setParameterExceptionHandler((wrong, args) -> {
                    wrong.getCommandLine().getErr().println("pond-worker: " + wrong.getMessage());
                    return ExitCodes.USAGE;
                });
    }

    @Override
    public Integer call() {
        if (spec == null) {
            throw new IllegalStateException("picocli has not filled in the command");
        }
        return command.run(spec.commandLine());
    }
}
