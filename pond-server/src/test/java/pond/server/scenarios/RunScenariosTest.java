package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.server.scenarios.Client.stage;
import static pond.server.scenarios.Client.stageStatus;
import static pond.server.scenarios.Client.status;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What runs do when all goes well, and how they fail. */
class RunScenariosTest {
    @TempDir
    private static Path folder;

    private static TestPond pond;
    private static Client client;

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
    void aRunGoesFromSubmitToDone() {
        Client.Answer submitted = client.post(
                "/v1/runs", Body.with("\"trigger\":\"nightly\",\"context\":{\"pr\":[7,null]}", Body.noop("only")));

        assertThat(submitted.status()).isEqualTo(201);
        JsonNode run = submitted.json();
        assertThat(submitted.headers().firstValue("Location"))
                .contains("/v1/runs/" + run.path("id").asText());
        assertThat(run.path("projectId").asText()).isEqualTo(TestPond.PROJECT);

        JsonNode details = client.end(run.path("id").asText());
        assertThat(status(details)).isEqualTo("done");
        assertThat(details.at("/run/trigger").asText()).isEqualTo("nightly");
        assertThat(details.at("/run/context").toString()).isEqualTo("{\"pr\":[7,null]}");
        assertThat(details.at("/run/startedAt").asText()).endsWith("Z");
        assertThat(details.at("/run/finishedAt").isTextual()).isTrue();
        assertThat(details.at("/run/error").isNull()).isTrue();
        assertThat(stage(details, "only").path("attempt").intValue()).isEqualTo(1);
        assertThat(stage(details, "only").at("/progress/done").intValue()).isEqualTo(1);
    }

    @Test
    void aDagWithSourcesHandsArtifactsOnAndKeepsItsWholeLog() {
        String run = client.submit("""
                {"projectId": "garden",
                 "sources": [{"label": "app", "kind": "inline", "config": {"files": {
                   "src/Main.java": "class Main {} // TODO tidy\\n", "README.md": "# hello\\n"}}}],
                 "definition": {
                   "stages": [
                     {"key": "inventory", "executor": {"kind": "builtin", "name": "file_inventory"}},
                     {"key": "todos", "executor": {"kind": "builtin", "name": "todo_scan"}},
                     {"key": "join", "executor": {"kind": "shell", "artifacts": ["made/*.txt"], "argv": ["bash", "-c",
                       "cat README.md; wc -l < $POND_INPUTS_BY_STAGE/inventory/results.jsonl; grep -c tidy $POND_INPUTS_BY_STAGE/todos/results.jsonl; mkdir made; echo kept > made/a.txt; echo out > $POND_OUTPUT_DIR/b.txt; for i in $(seq 3000); do echo line $i; done; echo oops >&2"]}}],
                   "edges": [{"from": "inventory", "to": "join"}, {"from": "todos", "to": "join"}]}}
                """);

        JsonNode details = client.end(run);

        assertThat(status(details)).as(details.toString()).isEqualTo("done");
        assertThat(stageStatus(details, "_fetch")).isEqualTo("done");
        List<String> printed = client.printed(run, "join");
        assertThat(printed).contains("# hello", "2", "1", "line 1", "oops");
        assertThat(printed.stream().filter(line -> line.startsWith("line ")).toList())
                .hasSize(3000)
                .last()
                .isEqualTo("line 3000");
        List<String> artifacts = StreamSupport.stream(
                        client.get("/v1/runs/" + run + "/artifacts")
                                .json()
                                .path("artifacts")
                                .spliterator(),
                        false)
                .map(artifact -> artifact.path("stage").asText() + ":"
                        + artifact.path("name").asText())
                .toList();
        assertThat(artifacts)
                .containsExactlyInAnyOrder(
                        "inventory:results.jsonl", "todos:results.jsonl", "join:made/a.txt", "join:b.txt");
        assertThat(client.artifact(run, "made/a.txt")).isEqualTo("kept\n");
        assertThat(client.artifact(run, "results.jsonl?stage=todos")).contains("tidy");
        assertThat(client.get("/v1/runs/" + run + "/artifacts/..%2F..%2Fpond.db")
                        .status())
                .isIn(400, 404);
        assertThat(details.at("/run/sources/0/config").toString()).doesNotContain("TODO tidy");
    }

    @Test
    void aStageSeesOnlyWhatItShould() {
        String run = client.submit(Body.of(Body.shell("env", "env; pwd; id -u >/dev/null; ls -A")));

        assertThat(status(client.end(run))).isEqualTo("done");
        String printed = String.join("\n", client.printed(run, "env"));
        assertThat(printed)
                .contains("POND_STAGE=env", "POND_ATTEMPT=1", "POND_RUN_ID=" + run, "POND_PROJECT_ID=garden", "CI=true")
                .doesNotContain(TestPond.SERVICE_TOKEN)
                .doesNotContain("POND_SERVICE_TOKEN");
    }

    @Test
    void anExitCodeFailsTheStageAndSkipsTheRest() {
        String run = client.submit(Body.of(Body.shell("first", "exit 7"), Body.noop("second"), Body.noop("third")));

        JsonNode details = client.end(run);

        assertThat(status(details)).isEqualTo("failed");
        assertThat(details.at("/run/error/code").asText()).isEqualTo("exit_code");
        assertThat(details.at("/run/error/message").asText()).startsWith("stage 'first': ");
        assertThat(stage(details, "first").path("exitCode").intValue()).isEqualTo(7);
        assertThat(stageStatus(details, "second")).isEqualTo("skipped");
        assertThat(stageStatus(details, "third")).isEqualTo("skipped");
        assertThat(stage(details, "second").path("startedAt").isNull()).isTrue();
    }

    @Test
    void whatRunsBesideAFailureFinishes() {
        String run = client.submit("""
                {"projectId": "garden", "definition": {
                  "stages": [%s, %s, %s],
                  "edges": [{"from": "slow", "to": "after"}]}}
                """.formatted(
                Body.shell("bad", "until [ -e %s ]; do sleep 0.05; done; exit 1".formatted(folder.resolve("go"))),
                Body.shell("slow", "touch %s; sleep 1; echo finished".formatted(folder.resolve("go"))),
                Body.noop("after")));

        JsonNode details = client.end(run);

        assertThat(status(details)).isEqualTo("failed");
        assertThat(stageStatus(details, "bad")).isEqualTo("failed");
        assertThat(stageStatus(details, "slow")).isEqualTo("done");
        assertThat(stageStatus(details, "after")).isEqualTo("skipped");
        assertThat(client.printed(run, "slow")).containsExactly("finished");
    }

    @Test
    void aStageIsTriedAgainUntilItWorks() throws IOException {
        Path counter = folder.resolve("tries");
        String script = "echo x >> %1$s; [ $(wc -l < %1$s) -ge 3 ]".formatted(counter);
        String run =
                client.submit(Body.of(Body.shell("flaky", script, "\"retry\":{\"max_attempts\":5,\"backoff_sec\":0}")));

        JsonNode details = client.end(run);

        assertThat(status(details)).isEqualTo("done");
        assertThat(stage(details, "flaky").path("attempt").intValue()).isEqualTo(3);
        assertThat(stage(details, "flaky").path("error").isNull())
                .as("a stage that is done shows no error")
                .isTrue();
        assertThat(Files.readAllLines(counter)).hasSize(3);
    }

    @Test
    void theLastAttemptDecides() {
        String run = client.submit(
                Body.of(Body.shell("bad", "echo $POND_ATTEMPT; exit 9", "\"retry\":{\"max_attempts\":2}")));

        JsonNode details = client.end(run);

        assertThat(status(details)).isEqualTo("failed");
        assertThat(stage(details, "bad").path("attempt").intValue()).isEqualTo(2);
        assertThat(client.printed(run, "bad")).containsExactly("1", "2");
        assertThat(client.log(run))
                .filteredOn(line -> line.path("source").asText().equals("stage"))
                .extracting(line -> line.path("attempt").intValue())
                .containsExactly(1, 2);
    }

    @Test
    void aProgramThatIsNotThereFailsTheStageByName() {
        String run =
                client.submit(Body.of(Body.stage("gone", "{\"kind\":\"shell\",\"argv\":[\"no-such-program-here\"]}")));

        JsonNode details = client.end(run);

        assertThat(details.at("/run/error/code").asText()).isEqualTo("start_failed");
        assertThat(details.at("/run/error/message").asText()).contains("no-such-program-here");
    }
}
