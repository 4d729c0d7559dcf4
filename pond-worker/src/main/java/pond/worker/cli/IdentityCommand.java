package pond.worker.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import pond.common.json.Json;
import pond.worker.identity.Identity;
import pond.worker.identity.IdentityException;
import pond.worker.identity.StateFolder;

/** {@code identity}. */
@Command(
        name = "identity",
        description =
                "Print the fingerprint of this worker's keys, to bind an enrolment code to it; make them if needed.",
        mixinStandardHelpOptions = true,
        versionProvider = VersionProvider.class,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:printed", "1:the state folder cannot be used", "2:the command line is wrong"})
public final class IdentityCommand implements Callable<Integer> {
    @Mixin
    ServerOptions server = new ServerOptions();

    @Spec
    @Nullable
    CommandSpec spec;

    @Override
    public Integer call() {
        if (spec == null) {
            throw new IllegalStateException("picocli has not filled in the command");
        }
        PrintWriter out = spec.commandLine().getOut();
        try (StateFolder folder = StateFolder.open(server.stateFolder())) {
            Identity identity = RunningWorker.known(folder);
            if (server.json) {
                Map<String, @Nullable Object> fields = new LinkedHashMap<>();
                fields.put("fingerprint", identity.keys().fingerprint());
                fields.put(
                        "server",
                        identity.enrolled().map(Identity.Enrolment::server).orElse(null));
                fields.put(
                        "worker",
                        identity.enrolled().map(Identity.Enrolment::worker).orElse(null));
                out.println(Json.write(fields));
            } else {
                out.println(identity.keys().fingerprint());
            }
            return ExitCodes.OK;
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        } catch (IdentityException | IOException e) {
            spec.commandLine().getErr().println("pond-worker: " + e.getMessage());
            return ExitCodes.FAILED;
        }
    }
}
