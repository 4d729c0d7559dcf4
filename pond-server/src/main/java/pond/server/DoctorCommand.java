package pond.server;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import pond.common.json.Json;
import pond.server.cli.ExitCode;
import pond.server.cli.VersionProvider;
import pond.server.config.ServerConfig;
import pond.server.config.SettingException;
import pond.server.config.Settings;
import pond.server.db.Database;
import pond.server.doctor.Check;
import pond.server.doctor.Doctor;

/** {@code doctor}. */
@Command(
        name = "doctor",
        description = "Say what is right and what is wrong with the settings, the state folder and this machine.",
        mixinStandardHelpOptions = true,
        versionProvider = VersionProvider.class,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:nothing is broken; there may be warnings",
            "1:something is broken",
            "2:the command line is wrong"
        },
        footer = {
            "",
            "It changes nothing and may look while the server runs. Give it the server's environment and user."
        })
final class DoctorCommand implements Callable<Integer> {
    @Option(names = "--state-dir", paramLabel = "DIR", description = "The state folder (POND_STATE_DIR, .pond-state).")
    @Nullable
    String stateDir;

    @Option(names = "--json", description = "Print the result as JSON.")
    boolean json;

    @Spec
    @Nullable
    CommandSpec spec;

    private final Map<String, String> env;
    private final InstantSource clock;

    DoctorCommand(Map<String, String> env, InstantSource clock) {
        this.env = env;
        this.clock = clock;
    }

    @Override
    public Integer call() throws InterruptedException {
        Doctor.Report report = examine();
        if (spec == null) {
            throw new IllegalStateException("picocli has not filled in the command");
        }
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(Json.write(report));
        } else {
            for (Check check : report.checks()) {
                out.printf("%-12s %-8s %s%n", check.name(), check.result(), check.message());
            }
        }
        return report.ok() ? ExitCode.OK : ExitCode.FAILED;
    }

    private Doctor.Report examine() throws InterruptedException {
        Map<String, String> flags = new HashMap<>();
        if (stateDir != null) {
            flags.put(Settings.STATE_DIR.name(), stateDir);
        }
        try {
            ServerConfig config = ServerConfig.from(env, flags);
            Path scratch = config.stateDir().resolve("tmp");
            if (Files.isWritable(scratch)) {
                Database.unpackNativeLibraryInto(scratch);
            }
            Doctor.Schemas schemas = new Doctor.Schemas(Schema.pond(clock), Schema.logs(clock));
            return new Doctor(schemas, clock).examine(config);
        } catch (SettingException e) {
            return Doctor.unreadable(String.valueOf(e.getMessage()));
        }
    }
}
