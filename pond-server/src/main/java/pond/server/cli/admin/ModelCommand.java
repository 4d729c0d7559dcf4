package pond.server.cli.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
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
import pond.server.cli.text.Table;

/** {@code model …}: the register of models. */
@Command(
        name = "model",
        description = "Register models and their prices on a server, list and delete them.",
        mixinStandardHelpOptions = true)
public final class ModelCommand extends CommandGroup {
    private static final List<String> COLUMNS = List.of(
            "key",
            "provider",
            "model_id",
            "credential_name",
            "input_cost_per_mtok",
            "output_cost_per_mtok",
            "cache_read_cost_per_mtok",
            "cache_write_cost_per_mtok");

    public ModelCommand() {
        super("set, list, delete");
    }

    @Command(
            name = "set",
            description = "Register a model, or replace the one of that key. Prices are US dollars per million tokens.",
            mixinStandardHelpOptions = true)
    int set(
            @Mixin ServerOptions options,
            @Parameters(paramLabel = "KEY", description = "What stages name.") String key,
            @Option(names = "--provider", required = true, paramLabel = "NAME", description = "Such as anthropic.")
                    String provider,
            @Option(names = "--model-id", required = true, paramLabel = "ID", description = "Its name there.")
                    String modelId,
            @Option(names = "--credential", required = true, paramLabel = "NAME", description = "What its calls use.")
                    String credential,
            @Option(names = "--input", required = true, paramLabel = "USD", description = "Input that is not cached.")
                    String input,
            @Option(names = "--output", required = true, paramLabel = "USD", description = "Output, with reasoning.")
                    String output,
            @Option(names = "--cache-read", paramLabel = "USD", description = "Read from a cache; else as input.")
                    @Nullable
                    String cacheRead,
            @Option(names = "--cache-write", paramLabel = "USD", description = "Written to a cache; else as input.")
                    @Nullable
                    String cacheWrite,
            @Option(names = "--label", paramLabel = "TEXT", description = "For people.") @Nullable String label)
            throws IOException, InterruptedException {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("key", key).put("label", label).put("provider", provider).put("model_id", modelId);
        // As text: the server takes it digit by digit.
        body.put("credential_name", credential)
                .put("input_cost_per_mtok", input)
                .put("output_cost_per_mtok", output)
                .put("cache_read_cost_per_mtok", cacheRead)
                .put("cache_write_cost_per_mtok", cacheWrite);
        try (AdminClient client = options.admin()) {
            JsonNode model = client.post("models", body);
            options.print(model, out -> out.println(Table.cell(model.path("key").asText())));
            return ExitCode.OK;
        }
    }

    @Command(name = "list", description = "List what is registered.", mixinStandardHelpOptions = true)
    int list(@Mixin ServerOptions options) throws IOException, InterruptedException {
        try (AdminClient client = options.admin()) {
            JsonNode models = client.get("models").path("models");
            options.print(
                    models,
                    out -> Table.print(
                            out,
                            List.of("KEY", "PROVIDER", "MODEL", "CREDENTIAL", "IN", "OUT", "CACHE READ", "CACHE WRITE"),
                            models.valueStream().map(ModelCommand::row).toList()));
            return ExitCode.OK;
        }
    }

    @Command(
            name = "delete",
            description = "Delete one; stages that have begun keep it.",
            mixinStandardHelpOptions = true)
    int delete(@Mixin ServerOptions options, @Parameters(paramLabel = "KEY", description = "Its key.") String key)
            throws IOException, InterruptedException {
        try (AdminClient client = options.admin()) {
            client.delete("models/" + Operands.key(options, key), Optional.empty());
            return ExitCode.OK;
        }
    }

    private static List<String> row(JsonNode model) {
        return COLUMNS.stream()
                .map(model::path)
                .map(value -> Table.cell(value.isNull() ? null : value.asText()))
                .toList();
    }
}
