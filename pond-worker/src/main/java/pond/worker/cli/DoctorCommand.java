package pond.worker.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import pond.common.json.Json;
import pond.worker.runtime.WorkerConfig.Disk;
import pond.worker.sandbox.BareSandbox;
import pond.worker.transport.HttpSettings;

/** {@code doctor}. */
@Command(
        name = "doctor",
        description = "Say which kinds of stages this machine can run, and which not and why.",
        mixinStandardHelpOptions = true,
        versionProvider = VersionProvider.class,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:it can run all of them", "1:something is missing", "2:the command line is wrong"})
public final class DoctorCommand implements Callable<Integer> {
    @Mixin
    ServerOptions server = new ServerOptions();

    @Spec
    @Nullable
    CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        if (spec == null) {
            throw new IllegalStateException("picocli has not filled in the command");
        }
        Optional<HttpSettings> http;
        Disk disk;
        try {
            http = server.http();
            disk = new Disk(server.stateFolder(), server.minFreeBytes(), 0);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
        List<Check> checks =
                new ArrayList<>(new Doctor(new BareSandbox(), disk).examine().checks());
        checks.addAll(ServerChecks.examine(disk.stateDir(), http));
        Doctor.Report report = Doctor.Report.of(checks);
        PrintWriter out = spec.commandLine().getOut();
        if (server.json) {
            out.println(Json.write(report));
        } else {
            for (Check check : report.checks()) {
                out.printf("%-8s %-8s %s%n", check.name(), check.result(), check.message());
            }
        }
        return report.ok() ? 0 : 1;
    }
}
