package pond.server.cli.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import pond.server.cli.CommandGroup;
import pond.server.cli.ExitCode;
import pond.server.cli.Operands;
import pond.server.cli.client.AdminClient;
import pond.server.cli.context.ServerOptions;
import pond.server.cli.files.SecretSources;
import pond.server.cli.text.Table;

/** {@code credentials …}: the register of providers' keys. No option takes a secret: command lines show in process lists. */
@Command(
        name = "credentials",
        description = "Register keys of model providers on a server, list and delete them.",
        mixinStandardHelpOptions = true)
public final class CredentialsCommand extends CommandGroup {
    private final Map<String, String> variables;

    /** @param variables the environment, where {@code --secret-env} looks */
    public CredentialsCommand(Map<String, String> variables) {
        super("set, list, delete");
        this.variables = Map.copyOf(variables);
    }

    @Command(
            name = "set",
            description = "Register a credential, or replace the one of that name and project.",
            mixinStandardHelpOptions = true)
    int set(
            @Mixin ServerOptions options,
            @Parameters(paramLabel = "NAME", description = "What models name.") String name,
            @Option(names = "--provider", required = true, paramLabel = "NAME", description = "Such as anthropic.")
                    String provider,
            @Option(names = "--project", paramLabel = "ID", description = "For this project alone.") @Nullable
                    String project,
            @Option(names = "--env", paramLabel = "NAME=VALUE", description = "No secret, such as a base URL.")
                    @Nullable
                    Map<String, String> env,
            @Option(
                            names = "--secret-env",
                            paramLabel = "NAME[=VARIABLE]",
                            description = "A secret from a variable of this environment; may repeat.")
                    @Nullable
                    List<String> fromVariables,
            @Option(
                            names = "--secret-file",
                            paramLabel = "NAME=FILE",
                            description = "A secret from a file, without the line ends at its end; may repeat.")
                    @Nullable
                    Map<String, Path> fromFiles,
            @Option(names = "--secret-stdin", paramLabel = "NAME", description = "A secret from standard input.")
                    @Nullable
                    String fromStdin)
            throws IOException, InterruptedException {
        SecretSources sources = new SecretSources(options.line(), variables);
        Map<String, String> secrets = new LinkedHashMap<>();
        sources.fromVariables(fromVariables == null ? List.of() : fromVariables, secrets);
        sources.fromFiles(fromFiles == null ? Map.of() : fromFiles, secrets);
        if (fromStdin != null) {
            sources.fromStream(fromStdin, System.in, secrets);
        }
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("name", name).put("provider", provider).put("projectId", project);
        ObjectNode variablesNode = body.putObject("env");
        (env == null ? Map.<String, String>of() : env).forEach(variablesNode::put);
        ObjectNode secretsNode = body.putObject("secrets");
        secrets.forEach(secretsNode::put);
        try (AdminClient client = options.admin()) {
            JsonNode credential = client.post("credentials", body);
            options.print(
                    credential,
                    out -> out.println(Table.cell(credential.path("name").asText())));
            return ExitCode.OK;
        }
    }

    @Command(name = "list", description = "List what is registered, without secrets.", mixinStandardHelpOptions = true)
    int list(
            @Mixin ServerOptions options,
            @Option(names = "--project", paramLabel = "ID", description = "Only this project's.") @Nullable
                    String project)
            throws IOException, InterruptedException {
        try (AdminClient client = options.admin()) {
            JsonNode found = client.get("credentials", Operands.project(options, project))
                    .path("credentials");
            options.print(
                    found,
                    out -> Table.print(
                            out,
                            List.of("NAME", "PROJECT", "PROVIDER", "SECRETS", "UPDATED"),
                            found.valueStream().map(CredentialsCommand::row).toList()));
            return ExitCode.OK;
        }
    }

    @Command(name = "delete", description = "Delete one.", mixinStandardHelpOptions = true)
    int delete(
            @Mixin ServerOptions options,
            @Parameters(paramLabel = "NAME", description = "Its name.") String name,
            @Option(names = "--project", paramLabel = "ID", description = "The project's own.") @Nullable
                    String project)
            throws IOException, InterruptedException {
        try (AdminClient client = options.admin()) {
            client.delete("credentials/" + Operands.key(options, name), Operands.project(options, project));
            return ExitCode.OK;
        }
    }

    private static List<String> row(JsonNode credential) {
        String secrets = credential.path("secrets").properties().stream()
                .map(Map.Entry::getKey)
                .collect(Collectors.joining(" "));
        JsonNode project = credential.path("projectId");
        return List.of(
                Table.cell(credential.path("name").asText()),
                Table.cell(project.isNull() ? null : project.asText()),
                Table.cell(credential.path("provider").asText()),
                Table.cell(secrets),
                Table.cell(credential.path("updated_at").asText()));
    }
}
