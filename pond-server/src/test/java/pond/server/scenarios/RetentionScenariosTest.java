package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import pond.server.TestSchema;
import pond.server.cli.CommandLines;
import pond.server.cli.runs.RunCommand;
import pond.testing.TestDatabase;

/** What callers see of runs that grow old. */
class RetentionScenariosTest {
    private static final String ADMIN = "/v1/admin/retention";

    @Command(name = "root")
    private static final class Root {}

    @Test
    void aRunLosesItsLogAndArtifactsAndIsGoneInTheEnd(@TempDir Path state) {
        try (TestPond pond = TestPond.start(state, "POND_RETENTION_RUNS_DAYS", "60")) {
            Client client = pond.service();
            String run = client.submit(Body.of(
                    Body.shell("good", "echo hello; echo text > $POND_OUTPUT_DIR/a.txt"), Body.shell("bad", "exit 3")));
            client.end(run);
            assertThat(client.artifact(run, "a.txt")).isEqualTo("text\n");
            assertThat(client.get(ADMIN).json().path("settings").toString())
                    .isEqualTo(
                            "{\"runs_days\":60,\"logs_days\":30,\"artifacts_days\":30,\"project_max_bytes\":21474836480}");

            assertThat(pass(client).at("/removed/runs").intValue()).isZero();
            assertThat(client.printed(run, "good")).containsExactly("hello");

            age(state, run, Duration.ofDays(31));
            JsonNode second = pass(client);
            assertThat(second.at("/removed/logs").intValue()).isEqualTo(1);
            assertThat(second.at("/removed/artifacts").intValue()).isEqualTo(1);
            assertThat(second.path("error").isNull()).isTrue();
            JsonNode log =
                    client.get("/v1/runs/" + run + "/logs?wait=50&since=0").json();
            assertThat(log.path("lines")).isEmpty();
            assertThat(log.path("complete").booleanValue()).isTrue();
            assertThat(log.path("removedAt").isTextual()).isTrue();
            JsonNode artifacts = client.get("/v1/runs/" + run + "/artifacts").json();
            assertThat(artifacts.path("artifacts")).isEmpty();
            assertThat(artifacts.path("removedAt").isTextual()).isTrue();
            assertThat(client.get("/v1/runs/" + run + "/artifacts/a.txt").status())
                    .isEqualTo(410);
            assertThat(client.get("/v1/runs").json().at("/runs/0/id").textValue())
                    .isEqualTo(run);

            assertThat(said(pond, "run", "logs", run)).startsWith("the log was removed at 20");
            assertThat(said(pond, "run", "artifacts", run)).startsWith("the artifacts were removed at 20");

            Client.Answer rerun = client.post("/v1/runs/" + run + "/rerun", "{\"from\":\"failed\"}");
            assertThat(rerun.status()).isEqualTo(409);
            assertThat(rerun.body())
                    .contains("the artifacts of the run were removed")
                    .contains("from the start");
            Client.Answer whole = client.post("/v1/runs/" + run + "/rerun", "{}");
            assertThat(whole.status()).isEqualTo(201);
            client.end(whole.json().path("id").textValue());

            age(state, run, Duration.ofDays(30));
            assertThat(pass(client).at("/removed/runs").intValue()).isEqualTo(1);
            assertThat(client.get("/v1/runs/" + run).status()).isEqualTo(404);
            assertThat(client.get("/v1/runs/" + run + "/logs").status()).isEqualTo(404);
        }
    }

    /** What a command says beside its result. */
    private static String said(TestPond pond, String... arguments) {
        StringWriter err = new StringWriter();
        CommandLine line = CommandLines.prepare(
                new CommandLine(new Root()).addSubcommand(new RunCommand()),
                Map.of("POND_URL", pond.url().toString(), "POND_TOKEN", TestPond.SERVICE_TOKEN));
        int code = line.setErr(new PrintWriter(err, true))
                .setOut(new PrintWriter(new StringWriter()))
                .execute(arguments);
        assertThat(code).as(err.toString()).isZero();
        return err.toString();
    }

    /** Makes a pass and waits for its end. */
    private static JsonNode pass(Client client) {
        assertThat(client.post(ADMIN, "").status()).isEqualTo(202);
        Awaitility.await("the pass")
                .atMost(60, TimeUnit.SECONDS)
                .until(() -> !client.get(ADMIN).json().path("running").booleanValue());
        return client.get(ADMIN).json().path("last");
    }

    /** Lets a run have ended earlier; a tool may write beside the server. */
    private static void age(Path state, String run, Duration by) {
        try (TestDatabase tool = new TestDatabase(state, "pond", TestSchema.pond(InstantSource.system()))) {
            int aged = TestDatabase.get(tool.db.write(
                    tx -> tx.update("UPDATE runs SET finished_at = finished_at - ? WHERE id = ?", by.toMillis(), run)));
            assertThat(aged).isEqualTo(1);
        }
    }
}
