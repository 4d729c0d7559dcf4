package pond.worker;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import pond.worker.cli.DoctorCommand;
import pond.worker.cli.VersionProvider;

/** The command line of the worker's jar. */
@Command(
        name = "pond-worker",
        description = "Tells what this machine can run for a pond server.",
        mixinStandardHelpOptions = true,
        versionProvider = VersionProvider.class,
        subcommands = DoctorCommand.class)
public final class WorkerMain implements Runnable {
    @Spec
    @Nullable
    CommandSpec spec;

    private WorkerMain() {}

    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        return new CommandLine(new WorkerMain());
    }

    @Override
    public void run() {
        if (spec == null) {
            throw new IllegalStateException("picocli has not filled in the command");
        }
        throw new ParameterException(spec.commandLine(), "a command is needed: doctor");
    }
}
