package pond.server.cli.keys;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import pond.server.cli.context.ServerOptions;

/**
 * Where keys are: on a server or in a state folder. What the command line says comes before the environment, and that
 * before the context in use; the environment's server comes before its folder. When nothing is said it is the folder.
 */
final class KeysPlace {
    private static final Path DEFAULT_FOLDER = Path.of(".pond-state");

    @Option(
            names = "--state-dir",
            paramLabel = "DIR",
            description = "The state folder of this machine instead of a server (POND_STATE_DIR, .pond-state).")
    @Nullable
    Path stateDir;

    KeyRegister open(ServerOptions options, Keys.Opener opener) throws IOException {
        return isLocal(options)
                ? new LocalKeys(opener.open(stateDir == null ? DEFAULT_FOLDER : stateDir))
                : new RemoteKeys(options.keys());
    }

    private boolean isLocal(ServerOptions options) throws IOException {
        // Options that came from the environment have a value, but are not matched.
        ParseResult given = options.line().getParseResult();
        boolean folder = given.hasMatchedOption("--state-dir");
        boolean server = given.hasMatchedOption("--server") || given.hasMatchedOption("--context");
        if (folder && server) {
            throw new ParameterException(options.line(), "--state-dir excludes --server and --context");
        }
        if (folder || server) {
            return folder;
        }
        if (options.namesServer()) {
            return false;
        }
        return stateDir != null || !options.hasContextInUse();
    }
}
