package pond.server;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import pond.common.json.Json;
import pond.server.cli.ExitCode;
import pond.server.cli.VersionProvider;
import pond.server.config.ServerConfig;
import pond.server.config.SettingException;
import pond.server.config.Settings;
import pond.server.config.SourceKeyFile;
import pond.server.db.StorageRefusedException;

/** {@code rotate-source-key}. */
@Command(
        name = "rotate-source-key",
        description =
                "Change the key that seals credentials, sources and webhook secrets in the local state folder; the server must not run.",
        mixinStandardHelpOptions = true,
        versionProvider = VersionProvider.class,
        footer = {"", "It may be killed at any moment, and run again. Backups made before need the old key."})
final class RotateSourceKeyCommand implements Callable<Integer> {
    @Option(names = "--state-dir", paramLabel = "DIR", description = "The state folder (POND_STATE_DIR, .pond-state).")
    @Nullable
    String stateDir;

    @Option(
            names = "--new-key-file",
            paramLabel = "FILE",
            description = "The new key, where POND_SOURCE_KEY gives the old one: 32 bytes in url-safe base64.")
    @Nullable
    Path newKeyFile;

    @Option(names = "--json", description = "Print the result as JSON.")
    boolean json;

    @Spec
    @Nullable
    CommandSpec spec;

    private final Map<String, String> env;
    private final KeyRotation rotation;

    RotateSourceKeyCommand(Map<String, String> env, KeyRotation rotation) {
        this.env = env;
        this.rotation = rotation;
    }

    @Override
    public Integer call() throws IOException {
        PrintWriter err = line().getErr();
        try {
            Map<String, String> flags = new HashMap<>();
            if (stateDir != null) {
                flags.put(Settings.STATE_DIR.name(), stateDir);
            }
            ServerConfig config = ServerConfig.from(env, flags);
            KeyRotation.Done done = rotate(config);
            line().getOut()
                    .println(
                            json
                                    ? Json.write(done)
                                    : "sealed anew: " + done.credentials() + " credentials, the sources of "
                                            + done.runs() + " runs, the secrets of " + done.callbacks()
                                            + " callbacks");
            if (newKeyFile != null) {
                err.println("Set " + Settings.SOURCE_KEY.name() + " to the new key before the next start.");
            }
            return ExitCode.OK;
        } catch (SettingException e) {
            err.println("pond-server: " + e.getMessage());
            return ExitCode.USAGE;
        } catch (StorageRefusedException e) {
            err.println("pond-server: " + e.getMessage());
            return ExitCode.FAILED;
        }
    }

    private KeyRotation.Done rotate(ServerConfig config) throws IOException {
        Optional<byte[]> present = config.sourceKey();
        if (present.isEmpty() && newKeyFile == null) {
            return rotation.rotateFile(config.stateDir());
        }
        if (present.isEmpty() || newKeyFile == null) {
            throw new ParameterException(
                    line(),
                    present.isPresent()
                            ? Settings.SOURCE_KEY.name() + " gives the key, so --new-key-file must give the new one"
                            : "--new-key-file goes with " + Settings.SOURCE_KEY.name() + ", which is not set");
        }
        return rotation.rotateGiven(config.stateDir(), present.get(), SourceKeyFile.read(newKeyFile));
    }

    private CommandLine line() {
        if (spec == null) {
            throw new IllegalStateException("picocli has not filled in the command");
        }
        return spec.commandLine();
    }
}
