package pond.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

class WorkerMainTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void helpListsTheCommandsThatThereAre() {
        assertThat(execute(Map.of(), "--help")).isZero();
        assertThat(out.toString())
                .contains("doctor")
                .contains("identity")
                .contains("--version")
                .contains("Exit codes");
    }

    @Test
    void theVersionIsOneLine() {
        assertThat(execute(Map.of(), "--version")).isZero();
        assertThat(out.toString().lines()).singleElement().asString().startsWith("pond-worker ");
    }

    /** So that no option is added without its variable and a word about it. */
    @Test
    void everyOptionNamesItsVariable() {
        CommandLine line = WorkerMain.commandLine(Map.of());
        Stream<CommandLine> all = Stream.concat(Stream.of(line), line.getSubcommands().values().stream());

        assertThat(all.flatMap(command -> command.getCommandSpec().options().stream())
                        .filter(option -> !option.usageHelp() && !option.versionHelp()))
                .hasSizeGreaterThan(13)
                .allSatisfy(option ->
                        assertThat(option.description()[0]).containsPattern("\\(" + variable(option) + "[,;)=]"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--server | ftp://x | takes a URL",
                "--server | http://pond.example.com | --insecure-http",
                "--ca-file | /nowhere | takes a file",
                "--executors | fetch | [noop, builtin, shell, swarm], not 'fetch'",
                "--executors | , | takes at least one",
                "--tags | a b | takes words",
                "--capabilities | ? | takes words",
                "--tool-dirs | relative | takes absolute paths",
                "--concurrency | 0 | takes a whole number from 1 to 1024, not '0'",
                "--concurrency | many | takes a whole number",
                "--min-free-mib | -1 | takes a whole number",
                "--log-format | xml | takes text or json, not 'xml'",
                "--name | / | takes up to 100 letters"
            })
    void aMalformedValueIsOneLineWithOptionAndVariable(String option, String value, String takes) {
        String variable = "POND_WORKER_" + option.substring(2).replace('-', '_').toUpperCase(Locale.ROOT);
        String prefix = "pond-worker: " + option + " (" + variable + ") ";

        assertThat(execute(server(option), option + "=" + value)).isEqualTo(2);
        assertThat(err.toString().lines())
                .singleElement()
                .asString()
                .startsWith(prefix)
                .contains(takes);

        err.getBuffer().setLength(0);
        Map<String, String> environment = new HashMap<>(server(option));
        environment.put(variable, value);
        assertThat(execute(environment)).isEqualTo(2);
        assertThat(err.toString().lines())
                .singleElement()
                .asString()
                .startsWith(prefix)
                .contains(takes);
    }

    @ParameterizedTest
    @CsvSource({"POND_WORKER_JSON, --json", "POND_WORKER_INSECURE_HTTP, --insecure-http"})
    void aFlagsVariableTakesTrueOrFalse(String variable, String option) {
        assertThat(execute(Map.of(variable, "perhaps"))).isEqualTo(2);
        assertThat(err.toString().strip())
                .isEqualTo("pond-worker: " + option + " (" + variable + ") takes true or false");
    }

    @Test
    void withoutAServerItSaysSo() {
        assertThat(execute(Map.of())).isEqualTo(2);
        assertThat(err.toString().strip()).isEqualTo("pond-worker: --server (POND_WORKER_SERVER) is needed");
    }

    @Test
    void theIdentityIsMadeOnceAndItsFingerprintShown(@TempDir Path folder) {
        Map<String, String> environment =
                Map.of("POND_WORKER_STATE_DIR", folder.resolve("state").toString());

        assertThat(execute(environment, "identity")).isZero();
        String first = out.toString().strip();
        out.getBuffer().setLength(0);
        assertThat(execute(environment, "identity", "--json")).isZero();

        assertThat(first).startsWith("SHA256:");
        assertThat(out.toString()).contains("\"fingerprint\":\"" + first + "\"").contains("\"server\":null");
    }

    private static Map<String, String> server(String option) {
        return option.equals("--server") ? Map.of() : Map.of("POND_WORKER_SERVER", "http://127.0.0.1:1");
    }

    private static String variable(OptionSpec option) {
        return "POND_WORKER_"
                + option.longestName().substring(2).replace('-', '_').toUpperCase(Locale.ROOT);
    }

    private int execute(Map<String, String> environment, String... args) {
        CommandLine line =
                WorkerMain.commandLine(environment).setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        return line.execute(args);
    }
}
