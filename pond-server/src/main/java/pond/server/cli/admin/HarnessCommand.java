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
import pond.server.cli.text.Terminal;

/** {@code harness …}: the register of agent programs. */
@Command(
        name = "harness",
        description = "Register agent programs on a server, list and delete them.",
        mixinStandardHelpOptions = true)
public final class HarnessCommand extends CommandGroup {
    public HarnessCommand() {
        super("from-preset, presets, list, show, delete");
    }

    @Command(
            name = "from-preset",
            description = "Register a program by a recipe that comes with pond.",
            mixinStandardHelpOptions = true)
    int fromPreset(
            @Mixin ServerOptions options,
            @Parameters(paramLabel = "PRESET", description = "One of those that 'harness presets' lists.")
                    String preset,
            @Option(
                            names = "--key",
                            paramLabel = "KEY",
                            description = "What stages name; the preset's name if not given.")
                    @Nullable
                    String key)
            throws IOException, InterruptedException {
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("preset", preset);
        if (key != null) {
            body.put("key", key);
        }
        try (AdminClient client = options.admin()) {
            JsonNode harness = client.post("harnesses/from-preset", body);
            options.print(harness, out -> out.println(cell(harness, "key")));
            return ExitCode.OK;
        }
    }

    @Command(name = "presets", description = "List the recipes.", mixinStandardHelpOptions = true)
    int presets(@Mixin ServerOptions options) throws IOException, InterruptedException {
        return list(options, "harness-presets", "presets");
    }

    @Command(name = "list", description = "List what is registered.", mixinStandardHelpOptions = true)
    int list(@Mixin ServerOptions options) throws IOException, InterruptedException {
        return list(options, "harnesses", "harnesses");
    }

    @Command(name = "show", description = "Show one as JSON, with its files.", mixinStandardHelpOptions = true)
    int show(@Mixin ServerOptions options, @Parameters(paramLabel = "KEY", description = "Its key.") String key)
            throws IOException, InterruptedException {
        try (AdminClient client = options.admin()) {
            JsonNode harness = client.get("harnesses/" + Operands.key(options, key));
            options.print(
                    harness,
                    out -> harness.toPrettyString().lines().forEach(line -> out.println(Terminal.clean(line))));
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
            client.delete("harnesses/" + Operands.key(options, key), Optional.empty());
            return ExitCode.OK;
        }
    }

    private static int list(ServerOptions options, String path, String field) throws IOException, InterruptedException {
        try (AdminClient client = options.admin()) {
            JsonNode found = client.get(path).path(field);
            options.print(
                    found,
                    out -> Table.print(
                            out,
                            List.of("KEY", "CAPABILITY", "LABEL"),
                            found.valueStream()
                                    .map(harness -> List.of(
                                            cell(harness, "key"), cell(harness, "capability"), cell(harness, "label")))
                                    .toList()));
            return ExitCode.OK;
        }
    }

    private static String cell(JsonNode harness, String field) {
        return Table.cell(harness.path(field).asText());
    }
}
