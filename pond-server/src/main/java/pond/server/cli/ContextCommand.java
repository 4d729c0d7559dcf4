package pond.server.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;
import pond.common.json.Json;
import pond.server.cli.context.ContextFile;
import pond.server.cli.context.Contexts;
import pond.server.cli.context.SavedContext;
import pond.server.cli.text.Table;
import pond.server.cli.text.Terminal;

/** {@code context …}: names for servers, with their tokens. A token is read from a file or a stream, and never shown. */
@Command(
        name = "context",
        description = "Name servers and the tokens for them, for --context and POND_CONTEXT.",
        mixinStandardHelpOptions = true)
public final class ContextCommand extends CommandGroup {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final Pattern TOKEN = Pattern.compile("[!-~]{1,512}");
    private static final int MAX_TOKEN_FILE = 4096;

    @Option(names = "--contexts-file", hidden = true, scope = ScopeType.INHERIT)
    @Nullable
    Path contextsFile;

    public ContextCommand() {
        super("add, use, list, remove");
    }

    @Command(
            name = "add",
            description = "Name a server, or replace the one of that name. The first one is used from then on.",
            mixinStandardHelpOptions = true)
    int add(
            @Parameters(paramLabel = "NAME", description = "Letters, digits, '.', '_' or '-'.") String name,
            @Option(names = "--server", required = true, paramLabel = "URL", description = "The server (POND_URL).")
                    URI server,
            @Option(names = "--token-stdin", description = "Read its token from standard input.") boolean fromStdin,
            @Option(names = "--token-file", paramLabel = "FILE", description = "Read its token from a file.") @Nullable
                    Path fromFile)
            throws IOException {
        if (!NAME.matcher(name).matches()) {
            throw new ParameterException(line(), "'" + Terminal.clean(name) + "' cannot be the name of a context");
        }
        boolean usable = List.of("http", "https").contains(String.valueOf(server.getScheme()))
                && server.getHost() != null
                && server.getUserInfo() == null;
        if (!usable) {
            throw new ParameterException(line(), "--server must be an http or https URL without a user");
        }
        if (fromStdin && fromFile != null) {
            throw new ParameterException(line(), "--token-stdin and --token-file exclude each other");
        }
        String token = null;
        if (fromFile != null) {
            try (InputStream in = Files.newInputStream(fromFile)) {
                token = token(in);
            }
        } else if (fromStdin) {
            token = token(System.in);
        }
        SavedContext context = new SavedContext(server.toString(), token);
        ContextFile file = file();
        file.write(file.read().with(name, context));
        return ExitCode.OK;
    }

    @Command(name = "use", description = "Use one when nothing else is said.", mixinStandardHelpOptions = true)
    int use(@Parameters(paramLabel = "NAME", description = "Its name.") String name) throws IOException {
        ContextFile file = file();
        file.write(known(file, name).using(name));
        return ExitCode.OK;
    }

    @Command(name = "list", description = "List them, without their tokens.", mixinStandardHelpOptions = true)
    int list(@Option(names = "--json", description = "Print JSON.") boolean json) throws IOException {
        Contexts contexts = file().read();
        PrintWriter out = line().getOut();
        if (json) {
            out.println(Json.write(contexts.contexts().entrySet().stream()
                    .map(entry -> view(contexts, entry.getKey(), entry.getValue()))
                    .toList()));
        } else {
            Table.print(
                    out,
                    List.of("NAME", "SERVER", "TOKEN", "CURRENT"),
                    contexts.contexts().entrySet().stream()
                            .map(entry -> List.of(
                                    Table.cell(entry.getKey()),
                                    Table.cell(entry.getValue().server()),
                                    entry.getValue().token() == null ? "no" : "yes",
                                    entry.getKey().equals(contexts.current()) ? "*" : ""))
                            .toList());
        }
        return ExitCode.OK;
    }

    @Command(name = "remove", description = "Forget one, with its token.", mixinStandardHelpOptions = true)
    int remove(@Parameters(paramLabel = "NAME", description = "Its name.") String name) throws IOException {
        ContextFile file = file();
        file.write(known(file, name).without(name));
        return ExitCode.OK;
    }

    private Contexts known(ContextFile file, String name) throws IOException {
        Contexts contexts = file.read();
        if (!contexts.contexts().containsKey(name)) {
            throw new ParameterException(line(), "there is no context '" + Terminal.clean(name) + "'");
        }
        return contexts;
    }

    private String token(InputStream in) throws IOException {
        String text = new String(in.readNBytes(MAX_TOKEN_FILE), StandardCharsets.UTF_8).strip();
        if (!TOKEN.matcher(text).matches()) {
            throw new ParameterException(
                    line(), "a token has 1 to 512 visible ASCII characters; what was read has not");
        }
        return text;
    }

    private static Map<String, Object> view(Contexts contexts, String name, SavedContext context) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("name", name);
        view.put("server", context.server());
        view.put("hasToken", context.token() != null);
        view.put("current", name.equals(contexts.current()));
        return view;
    }

    private ContextFile file() {
        if (contextsFile == null) {
            throw new ParameterException(line(), "there is no place for contexts: set XDG_CONFIG_HOME or HOME");
        }
        return new ContextFile(contextsFile);
    }
}
