package pond.server.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;
import pond.common.json.Json;

/** The options that every command of the client has. */
final class ServerOptions {
    @Option(
            names = "--server",
            paramLabel = "URL",
            defaultValue = "http://127.0.0.1:8001",
            description = "The server (POND_URL, http://127.0.0.1:8001).")
    URI server = URI.create("http://127.0.0.1:8001");

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

    @Option(names = "--insecure-http", description = "Send the token over plain http beyond this machine, too.")
    boolean insecureHttp;

    @Option(names = "--json", description = "Print the result as JSON.")
    boolean json;

    @Spec(Target.MIXEE)
    @Nullable
    CommandSpec spec;

    PondClient client() throws IOException {
        try {
            return new PondClient(server, token(), insecureHttp);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(line(), String.valueOf(e.getMessage()));
        }
    }

    AdminClient admin() throws IOException {
        try {
            return new AdminClient(server, token(), insecureHttp);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(line(), String.valueOf(e.getMessage()));
        }
    }

    /** Prints a result: as JSON where that was asked for. */
    void print(Object result, Consumer<PrintWriter> text) {
        PrintWriter out = line().getOut();
        if (json) {
            out.println(Json.write(result));
        } else {
            text.accept(out);
        }
    }

    CommandLine line() {
        if (spec == null) {
            throw new IllegalStateException("picocli has not filled in the command");
        }
        return spec.commandLine();
    }

    private String token() throws IOException {
        String given = tokenFile == null ? token : Files.readString(tokenFile).strip();
        if (given == null || given.isBlank()) {
            throw new ParameterException(line(), "a token is needed: POND_TOKEN, --token-file or --token");
        }
        return given;
    }
}
