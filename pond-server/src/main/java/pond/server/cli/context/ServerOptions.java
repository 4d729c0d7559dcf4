package pond.server.cli.context;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;
import pond.common.json.Json;
import pond.server.cli.client.AdminClient;
import pond.server.cli.client.KeyClient;
import pond.server.cli.client.PondClient;
import pond.server.cli.client.PondHttp;
import pond.server.cli.text.Terminal;

/** The options that every command of the client has, and the clients that they make. */
public final class ServerOptions {
    private static final URI DEFAULT_SERVER = URI.create("http://127.0.0.1:8001");

    @Option(
            names = "--server",
            paramLabel = "URL",
            description = "The server (POND_URL, that of the context, http://127.0.0.1:8001).")
    @Nullable
    URI server;

    @Option(
            names = "--token",
            paramLabel = "TOKEN",
            description =
                    "Service token or project key (POND_TOKEN). Given here it shows in the list of processes; prefer the variable or --token-file.")
    @Nullable
    String token;

    @Option(names = "--token-file", paramLabel = "FILE", description = "A file with the token.")
    @Nullable
    Path tokenFile;

    @Option(
            names = "--context",
            paramLabel = "NAME",
            description = "A server and its token by name (POND_CONTEXT, what 'context use' said).")
    @Nullable
    String context;

    @Option(names = "--contexts-file", hidden = true)
    @Nullable
    Path contextsFile;

    @Option(names = "--insecure-http", description = "Send the token over plain http beyond this machine, too.")
    boolean insecureHttp;

    @Option(names = "--json", description = "Print the result as JSON.")
    boolean json;

    @Spec(Target.MIXEE)
    @Nullable
    CommandSpec spec;

    /**
     * A client for the server that is meant.
     *
     * @throws ParameterException when it is not said which, there is no token, or that would cross a network in the clear
     * @throws IOException when a file with a token, or that of the contexts, cannot be used
     */
    public PondClient client() throws IOException {
        return new PondClient(http());
    }

    /** As {@link #client}, for operators. */
    public AdminClient admin() throws IOException {
        return new AdminClient(http());
    }

    /** As {@link #client}, for project keys. */
    public KeyClient keys() throws IOException {
        return new KeyClient(http());
    }

    private PondHttp http() throws IOException {
        try {
            Destination to = destination();
            return new PondHttp(to.server(), to.token(), insecureHttp);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(line(), String.valueOf(e.getMessage()));
        }
    }

    /** Whether the command line or the environment names a server or a context. */
    public boolean namesServer() {
        return server != null || context != null;
    }

    /** Whether {@code context use} has named one for when nothing else is said. */
    public boolean hasContextInUse() throws IOException {
        return contextsFile != null && new ContextFile(contextsFile).read().current() != null;
    }

    /** Whether the result is wanted as JSON. */
    public boolean json() {
        return json;
    }

    /** Prints a result: as JSON where that was asked for. */
    public void print(Object result, Consumer<PrintWriter> text) {
        PrintWriter out = line().getOut();
        if (json) {
            out.println(Json.write(result));
        } else {
            text.accept(out);
        }
    }

    /** The command, with the streams for its results and complaints. */
    public CommandLine line() {
        if (spec == null) {
            throw new IllegalStateException("picocli has not filled in the command");
        }
        return spec.commandLine();
    }

    private record Destination(URI server, String token) {
        @Override
        public String toString() {
            return server.toString();
        }
    }

    /** A context's token is for its own server: it never goes to one that was named otherwise. */
    private Destination destination() throws IOException {
        String given = tokenFile == null ? token : Files.readString(tokenFile).strip();
        boolean complete = server != null && given != null && context == null;
        Optional<SavedContext> saved = complete ? Optional.empty() : saved();
        URI itsServer = saved.map(found -> URI.create(found.server())).orElse(DEFAULT_SERVER);
        URI chosen = server == null ? itsServer : server;
        boolean isItsServer = chosen.equals(itsServer);
        if (context != null && !isItsServer) {
            line().getErr().println("pond-server: --server or POND_URL wins over context " + Terminal.clean(context));
        }
        if (given == null && isItsServer) {
            given = saved.map(SavedContext::token).orElse(null);
        }
        if (given == null || given.isBlank()) {
            throw new ParameterException(
                    line(), "a token is needed: POND_TOKEN, --token-file, --token, or a context of this server");
        }
        return new Destination(chosen, given);
    }

    private Optional<SavedContext> saved() throws IOException {
        if (contextsFile == null && context == null) {
            return Optional.empty();
        }
        if (contextsFile == null) {
            throw new ParameterException(line(), "there is no place for contexts: set XDG_CONFIG_HOME or HOME");
        }
        Contexts contexts = new ContextFile(contextsFile).read();
        String name = context == null ? contexts.current() : context;
        SavedContext found = name == null ? null : contexts.contexts().get(name);
        if (found == null && name != null) {
            throw new ParameterException(line(), "there is no context '" + Terminal.clean(name) + "'");
        }
        return Optional.ofNullable(found);
    }
}
