package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import pond.common.json.Json;
import pond.server.cli.CommandLines;
import pond.server.cli.runs.RunCommand;
import pond.server.cli.runs.UsageCommand;

/** The commands against a server. */
class CommandScenariosTest {
    @TempDir
    private static Path folder;

    private static TestPond pond;
    private static Client client;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Command(name = "root")
    private static final class Root {}

    @BeforeAll
    static void start() {
        pond = TestPond.start(folder.resolve("state"));
        client = pond.service();
    }

    @AfterAll
    static void stop() {
        pond.close();
    }

    @Test
    void aDefinitionInYamlIsSubmittedAndFoundByItsLabels() throws IOException {
        Path file = Files.writeString(folder.resolve("workflow.yaml"), """
                stages:
                  - key: hello  # a greeting
                    executor: {kind: shell, argv: [sh, -c, "echo hello"]}
                """);

        assertThat(execute(
                        "run",
                        "submit",
                        "-f",
                        file.toString(),
                        "--project",
                        "yaml",
                        "--label",
                        "team=a b",
                        "--label",
                        "kind=nightly"))
                .isZero();
        String run = out.toString().strip();
        assertThat(execute("run", "wait", run)).isZero();
        assertThat(out.toString()).endsWith(run + " done" + System.lineSeparator());

        assertThat(listed("--label", "team=a b", "--label", "kind", "--status", "done"))
                .containsExactly(run);
        assertThat(listed("--label", "team=a b", "--status", "failed")).isEmpty();
        assertThat(listed("--label", "team=b")).isEmpty();
        assertThat(execute("run", "list", "--label", "=x")).isEqualTo(2);
        assertThat(err.toString()).contains("request_invalid at label");
        assertThat(client.printed(run, "hello")).containsExactly("hello");
    }

    @Test
    void waitTellsByItsExitCodeHowRunsHaveEnded() {
        String done = client.submit(Body.of(Body.noop("a", 4)));
        String failed = client.submit(Body.of(Body.shell("a", "exit 1")));
        String cancelled = client.submit(Body.of(Body.noop("a", 10_000)));

        assertThat(execute("run", "wait", cancelled, "--timeout", "1")).isEqualTo(5);
        assertThat(out.toString()).startsWith(cancelled + " ").doesNotContain("cancelled");
        assertThat(execute("run", "wait", done, cancelled, "--timeout", "0", "--json"))
                .isEqualTo(5);
        client.cancel(cancelled);

        assertThat(execute("run", "wait", done)).isZero();
        assertThat(execute("run", "wait", done, failed, cancelled, "--timeout", "80"))
                .isEqualTo(1);
        assertThat(execute("run", "wait", done, cancelled)).isEqualTo(3);
        out.getBuffer().setLength(0);
        assertThat(execute("run", "wait", done, failed, "--json")).isEqualTo(1);
        assertThat(Json.readTree(out.toString())
                        .valueStream()
                        .map(run -> run.path("status").asText()))
                .containsExactly("done", "failed");
    }

    @Test
    void waitTellsApartWhatIsNoEndOfARun() {
        assertThat(execute("run", "wait", "01890a5d-ac96-774b-bcce-b302099a8057"))
                .isEqualTo(6);
        assertThat(execute("run", "wait")).isEqualTo(2);
        assertThat(execute("run", "wait", "01890a5d-ac96-774b-bcce-b302099a8057", "--timeout", "-1"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--timeout must be a number of seconds from 0 on");
    }

    @Test
    void usageIsATableOrJson() {
        assertThat(execute(
                        "usage",
                        "--by",
                        "project",
                        "--by",
                        "label:team",
                        "--project",
                        "nobody",
                        "--since",
                        "2030-01-01"))
                .isZero();
        assertThat(out.toString().lines().map(line -> line.replaceAll(" +", " ")))
                .containsExactly(
                        "PROJECT LABEL:TEAM CALLS INPUT CACHE READ CACHE WRITE OUTPUT REASONING USD",
                        "total 0 0 0 0 0 0 -");
        out.getBuffer().setLength(0);
        assertThat(execute("usage", "--label", "team=red", "--until", "2030-01-31", "--json"))
                .isZero();
        JsonNode report = Json.readTree(out.toString());
        assertThat(report.path("since").asText()).isEqualTo("2030-01-01T00:00:00.000Z");
        assertThat(report.path("by")).isEqualTo(Json.readTree("[\"model\"]"));
        assertThat(execute("usage", "--by", "colour")).isEqualTo(2);
        assertThat(err.toString()).contains("request_invalid at by: must be project, model, day or label:KEY");
    }

    @Test
    void aFollowedRunIsLinesWhereThereIsNoTerminal() {
        String run = client.submit(Body.of(Body.noop("a"), Body.shell("b", "echo hello; exit 1")));

        assertThat(execute("run", "watch", run)).isEqualTo(1);
        assertThat(out.toString())
                .startsWith("run " + run)
                .contains(" b stdout: hello", " b status: failed: exit_code: exited with 1", " run status: failed: ")
                .contains("STAGE  KIND");
        assertThat(execute("run", "rerun", run, "--from", "failed", "--follow", "--json"))
                .isEqualTo(1);
        assertThat(Json.readTree(lastLine(out)).at("/run/status").asText()).isEqualTo("failed");
        assertThat(err.toString()).contains(" b stdout: hello");
        String endless = client.submit(Body.of(Body.noop("a", 10_000)));
        assertThat(execute("run", "watch", endless, "--timeout", "1")).isEqualTo(5);
        assertThat(lastLine(err)).isEqualTo("pond-server: the time is up; run " + endless + " goes on");
        client.cancel(endless);
        assertThat(execute("run", "watch", endless)).isEqualTo(3);
    }

    @Test
    void onATerminalARunIsDrawnAndTheTerminalGivenBack() throws Exception {
        String run = client.submit(
                Body.of(Body.noop("count", 12), Body.shell("hello", "printf '\\033[31mred \\360\\237\\232\\200\\n'")));
        String java =
                "exec '%s/bin/java' -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp '%s' pond.server.ServerMain run watch %s"
                        .formatted(System.getProperty("java.home"), System.getProperty("java.class.path"), run);
        ProcessBuilder script = new ProcessBuilder(
                        "script",
                        "-qec",
                        "stty rows 12 cols 50; " + java,
                        folder.resolve("typescript").toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("terminal").toFile());
        script.environment().putAll(Map.of("TERM", "xterm", "SHELL", "/bin/sh", "LC_ALL", "C.UTF-8", "NO_COLOR", "1"));
        script.environment().putAll(env());
        script.environment().keySet().removeAll(List.of("COLUMNS", "LINES"));
        Process process = script.start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }

        String drawn = Files.readString(folder.resolve("terminal"));
        assertThat(process.exitValue()).as(drawn).isZero();
        assertThat(drawn).startsWith("\u001b[?1049h\u001b[?25l\u001b[?7l\u001b[Hrun " + run.substring(0, 36));
        String last = drawn.substring(drawn.lastIndexOf("\u001b[?7h\u001b[?25h\u001b[?1049l"));
        assertThat(last).contains("|- count  done", "`- hello  done", "hello | red \ud83d\ude80");
        assertThat(last.substring(19).split("[\\r\\n]+")).hasSize(6).allMatch(line -> line.length() < 50);
        assertThat(drawn).doesNotContain("\u001b[3");
    }

    @Test
    void deliveriesAreListedAndSentAgainOnlyWhenTheyHaveEnded() throws IOException {
        Path secret = Files.writeString(folder.resolve("secret"), "0123456789abcdef\n");
        Path file = Files.writeString(folder.resolve("called.yaml"), "stages: [{key: a, executor: {kind: noop}}]");
        String url = "https://receiver.invalid/pond";
        assertThat(execute("run", "submit", "-f", file.toString(), "--project", "p", "--callback", url))
                .isEqualTo(2);
        assertThat(execute(
                        "run",
                        "submit",
                        "-f",
                        file.toString(),
                        "--project",
                        "p",
                        "--wait",
                        "--callback",
                        url,
                        "--callback-secret-file",
                        secret.toString()))
                .isZero();
        String run = listed("--project", "p").get(0);

        out.getBuffer().setLength(0);
        assertThat(execute("run", "deliveries", run, "--json")).isZero();
        JsonNode delivery = Json.readTree(out.toString()).get(0);
        assertThat(delivery.path("url").asText()).isEqualTo(url);
        assertThat(execute("run", "deliveries", run)).isZero();
        assertThat(lastLine(out)).startsWith(delivery.path("id").asText() + "  run.ended  pending");
        assertThat(execute("run", "redeliver", run, delivery.path("id").asText()))
                .isEqualTo(6);
        assertThat(err.toString()).contains("the delivery is pending").doesNotContain("0123456789abcdef");
    }

    private static String lastLine(StringWriter text) {
        List<String> lines = text.toString().lines().toList();
        return lines.get(lines.size() - 1);
    }

    private List<String> listed(String... filters) {
        out.getBuffer().setLength(0);
        String[] args = new String[filters.length + 3];
        System.arraycopy(new String[] {"run", "list", "--json"}, 0, args, 0, 3);
        System.arraycopy(filters, 0, args, 3, filters.length);
        assertThat(execute(args)).isZero();
        return Json.readTree(out.toString())
                .path("runs")
                .valueStream()
                .map(run -> run.path("id").asText())
                .toList();
    }

    private static Map<String, String> env() {
        return Map.of("POND_URL", pond.url().toString(), "POND_TOKEN", TestPond.SERVICE_TOKEN);
    }

    private int execute(String... args) {
        CommandLine line =
                new CommandLine(new Root()).addSubcommand(new RunCommand()).addSubcommand(new UsageCommand());
        return CommandLines.prepare(line, env())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(args);
    }
}
