package pond.worker.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import pond.common.json.Json;
import pond.worker.runtime.WorkerConfig.Disk;
import pond.worker.sandbox.BareSandbox;

/** {@code doctor}. */
@Command(
        name = "doctor",
        description = "Say which kinds of stages this machine can run, and which not and why.",
        mixinStandardHelpOptions = true,
        versionProvider = VersionProvider.class,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:it can run all of them", "1:something is missing", "2:the command line is wrong"})
public final class DoctorCommand implements Callable<Integer> {
    @Option(
            names = "--state-dir",
            paramLabel = "DIR",
            defaultValue = ".pond-worker-state",
            description = "Where the worker would keep things (${DEFAULT-VALUE}).")
    Path stateDir = Path.of(".pond-worker-state");

    @Option(names = "--json", description = "Print the result as JSON.")
    boolean json;

    @Spec
    @Nullable
    CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        if (spec == null) {
            throw new IllegalStateException("picocli has not filled in the command");
        }
        Doctor.Report report = new Doctor(new BareSandbox(), Disk.of(stateDir)).examine();
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(Json.write(report));
        } else {
            for (Check check : report.checks()) {
                out.printf("%-8s %-8s %s%n", check.name(), check.result(), check.message());
            }
        }
        return report.ok() ? 0 : 1;
    }
}
