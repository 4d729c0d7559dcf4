package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.server.scenarios.Client.stage;
import static pond.server.scenarios.Client.status;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import pond.common.json.Json;
import pond.server.cli.CommandLines;
import pond.server.cli.ExitCode;
import pond.server.cli.admin.MaintenanceCommand;

/** Maintenance mode as operators and callers see it. */
class MaintenanceScenariosTest {
    private static final String PATH = "/v1/admin/maintenance";

    @TempDir
    private Path state;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Command(name = "root")
    private static final class Root {}

    @Test
    void itIsSwitchedByCommandOutlivesARestartAndHoldsNewWorkBack() {
        String running;
        String queued;
        try (TestPond pond = TestPond.start(state)) {
            Client client = pond.service();
            assertThat(execute(pond, "maintenance", "show")).isZero();
            assertThat(out.toString().strip()).isEqualTo("off; workers have no jobs");
            running = client.submit(Body.of(Body.noop("a", 30)));
            client.untilStage(running, "a", "running");

            assertThat(execute(pond, "maintenance", "on", "--reason", "a new disk", "--wait", "--timeout", "0"))
                    .isEqualTo(ExitCode.TIME_IS_UP);
            assertThat(out.toString()).endsWith(" by service: a new disk; workers have 1 job\n");
            queued = client.submit(Body.of(Body.noop("a")));
            assertThat(stage(client.get("/v1/runs/" + queued).json(), "a")
                            .at("/waiting/message")
                            .asText())
                    .endsWith(": a new disk");
            Client.Answer ready = client.get("/health/ready");
            assertThat(ready.status()).isEqualTo(200);
            assertThat(ready.json().at("/warnings/maintenance").asText())
                    .startsWith("on since 20")
                    .doesNotContain("disk");

            assertThat(execute(pond, "maintenance", "on", "--wait")).isZero();
            assertThat(err.toString()).contains("waiting for 1 job");
            assertThat(status(client.get("/v1/runs/" + running).json())).isEqualTo("done");
        }

        try (TestPond pond = TestPond.start(state)) {
            Client client = pond.service();
            assertThat(status(client.get("/v1/runs/" + queued).json())).isEqualTo("queued");
            JsonNode now = client.get(PATH).json();
            assertThat(now.path("enabled").booleanValue()).isTrue();
            assertThat(now.path("reason").isNull()).isTrue();

            assertThat(execute(pond, "maintenance", "off", "--json")).isZero();

            assertThat(Json.readTree(out.toString()).path("enabled").booleanValue())
                    .isFalse();
            assertThat(status(client.end(queued))).isEqualTo("done");
            assertThat(client.get("/health/ready")
                            .json()
                            .at("/warnings/maintenance")
                            .asText())
                    .isEmpty();
            assertThat(client.get("/v1/admin/audit")
                            .json()
                            .at("/entries/0/action")
                            .asText())
                    .isEqualTo("maintenance.off");
        }
    }

    @Test
    void aBodyThatIsNotMeantIsRefusedAndChangesNothing() {
        try (TestPond pond = TestPond.startWithoutWaiting(state)) {
            Client client = pond.service();
            refused(client, "{}", "enabled");
            refused(client, "{\"enabled\":\"yes\"}", "enabled");
            refused(client, "{\"enabled\":true,\"reason\":\"\"}", "reason");
            refused(client, "{\"enabled\":true,\"reason\":\"a\\nb\"}", "reason");
            refused(client, "{\"enabled\":true,\"reason\":\"%s\"}".formatted("x".repeat(201)), "reason");
            refused(client, "{\"enabled\":false,\"reason\":\"why\"}", "reason");
            refused(client, "{\"enabled\":true,\"until\":\"noon\"}", "until");

            assertThat(client.get(PATH).json().path("enabled").booleanValue()).isFalse();
            assertThat(new Client(pond.url(), "pond_pk_" + "x".repeat(43))
                            .get(PATH)
                            .status())
                    .isEqualTo(403);
        }
    }

    private static void refused(Client client, String body, String field) {
        Client.Answer answer = client.post(PATH, body);
        assertThat(answer.status()).as(answer.body()).isEqualTo(422);
        assertThat(answer.json().at("/problems/0/field").asText()).isEqualTo(field);
    }

    private int execute(TestPond pond, String... args) {
        out.getBuffer().setLength(0);
        CommandLine line = new CommandLine(new Root()).addSubcommand(new MaintenanceCommand());
        Map<String, String> env = Map.of("POND_URL", pond.url().toString(), "POND_TOKEN", TestPond.SERVICE_TOKEN);
        return CommandLines.prepare(line, env)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(args);
    }
}
