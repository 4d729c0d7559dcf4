package pond.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import pond.server.cli.ExitCode;
import pond.server.errors.PondException;

/** One table of exit codes: in the code, in the help of every command, and on the page for people. */
class ExitCodeTest {
    private static final Pattern SECTION = Pattern.compile("(?ms)^## Exit codes$(.*)");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| ([0-9]) \\| (.+) \\|$");

    @Test
    void theHelpOfEveryCommandHasTheTable() {
        List<CommandLine> commands = all(ServerMain.commandLine(Map.of(), config -> {
            throw PondException.notFound("server");
        }));

        assertThat(commands).hasSizeGreaterThan(40).allSatisfy(command -> {
            assertThat(command.getCommandSpec().usageMessage().exitCodeList()).isEqualTo(ExitCode.table());
            assertThat(command.getUsageMessage())
                    .contains("Exit codes:", ExitCode.table().get("3"));
        });
    }

    @Test
    void thePageHasTheTable() throws IOException {
        Map<String, String> rows = new LinkedHashMap<>();
        var section = SECTION.matcher(page());
        assertThat(section.find()).isTrue();
        ROW.matcher(section.group(1)).results().forEach(row -> rows.put(row.group(1), row.group(2)));

        assertThat(rows).isEqualTo(ExitCode.table());
    }

    @Test
    void thePageNamesEveryCommand() throws IOException {
        String page = page();

        assertThat(all(ServerMain.commandLine(Map.of(), config -> {
                            throw PondException.notFound("server");
                        }))
                        .stream()
                        .filter(command -> command.getSubcommands().isEmpty())
                        .map(command -> command.getCommandSpec().qualifiedName().replaceFirst("^pond-server ", "pond "))
                        .filter(name -> !page.contains(name + " ")
                                && !page.contains(name + "\n")
                                && !page.contains(name + "`")))
                .isEmpty();
    }

    private static List<CommandLine> all(CommandLine root) {
        List<CommandLine> all = new ArrayList<>(List.of(root));
        root.getSubcommands().values().forEach(command -> all.addAll(all(command)));
        return all;
    }

    private static String page() throws IOException {
        try (InputStream in = Objects.requireNonNull(
                ExitCodeTest.class.getResourceAsStream("/docs/command-line.md"), "the page of the command line")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
