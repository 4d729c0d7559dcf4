package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.server.scenarios.Client.stage;
import static pond.server.scenarios.Client.stageStatus;
import static pond.server.scenarios.Client.status;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs made from runs that have ended. Stages here fail until a test puts a file where they look for it. */
class RerunScenariosTest {
    @TempDir
    private static Path folder;

    private static TestPond pond;
    private static Client client;

    /** Of one test: where its stages leave marks. */
    @TempDir
    private Path place;

    @BeforeAll
    static void start() {
        pond = TestPond.start(folder.resolve("state"), "POND_LOCAL_EXECUTORS", "noop,builtin,shell");
        client = pond.service();
    }

    @AfterAll
    static void stop() {
        pond.close();
    }

    @BeforeEach
    void isEmpty() {
        assertThat(place).isEmptyDirectory();
    }

    @Test
    void whatWasDoneIsReusedAndTheRestRuns() throws IOException {
        String body = Body.with(
                "\"labels\":{\"team\":\"red\"},\"context\":{\"n\":1.50},\"trigger\":\"nightly\"",
                Body.shell("one", counted("one") + "echo hello > $POND_OUTPUT_DIR/out.txt"),
                Body.shell(
                        "two", counted("two") + needs("two") + "cat $POND_INPUT_DIR/out.txt > $POND_OUTPUT_DIR/copy"),
                Body.shell("three", needs("three") + "cat $POND_INPUTS_BY_STAGE/one/out.txt"));
        String first = client.submit(body);
        JsonNode failed = client.end(first);
        assertThat(stageStatus(failed, "two")).isEqualTo("failed");
        allow("two");

        Client.Answer answer = rerun(first, "{\"from\":\"failed\"}");
        assertThat(answer.status()).as(answer.body()).isEqualTo(201);
        String second = answer.json().path("id").asText();
        assertThat(answer.headers().firstValue("Location")).contains("/v1/runs/" + second);
        assertThat(answer.json().path("reruns")).isEmpty();
        assertThat(answer.json().path("rerunOf").toString())
                .isEqualTo("{\"run\":\"" + first + "\",\"from\":\"failed\"}");
        JsonNode details = client.end(second);

        assertThat(stageStatus(details, "two")).as(details.toString()).isEqualTo("done");
        assertThat(count("one")).isEqualTo(1);
        assertThat(count("two")).isEqualTo(2);
        JsonNode one = stage(details, "one");
        for (String field : List.of("attempt", "worker", "exitCode", "sandbox", "startedAt", "finishedAt")) {
            assertThat(one.path(field)).as(field).isEqualTo(stage(failed, "one").path(field));
        }
        assertThat(one.path("reusedFrom").asText()).isEqualTo(first);
        assertThat(stage(details, "two").path("reusedFrom").isNull()).isTrue();
        assertThat(stage(details, "two").path("attempt").intValue()).isEqualTo(1);
        for (String field : List.of("definition", "sources", "context", "labels", "sha", "projectId")) {
            assertThat(details.at("/run/" + field)).as(field).isEqualTo(failed.at("/run/" + field));
        }
        assertThat(details.at("/run/trigger").asText()).isEqualTo("rerun");
        assertThat(client.printed(second, "one")).isEmpty();
        assertThat(client.log(second))
                .anySatisfy(line -> assertThat(line.path("source").asText()).isEqualTo("preflight"));
        assertThat(client.artifact(second, "copy")).isEqualTo("hello\n");
        assertThat(etag(second, "out.txt")).isEqualTo(etag(first, "out.txt"));

        // A re-run of the re-run names the runs in which the stages really ran.
        assertThat(stageStatus(details, "three")).isEqualTo("failed");
        allow("three");
        JsonNode last = end(rerun(second, "{\"from\":\"failed\"}"));
        assertThat(status(last)).isEqualTo("done");
        assertThat(stage(last, "one").path("reusedFrom").asText()).isEqualTo(first);
        assertThat(stage(last, "two").path("reusedFrom").asText()).isEqualTo(second);
        assertThat(count("two")).isEqualTo(2);
        assertThat(client.artifact(id(last), "out.txt")).isEqualTo("hello\n");
        assertThat(client.printed(id(last), "three")).containsExactly("hello");

        assertThat(client.get("/v1/runs/" + first).json().at("/run/reruns").toString())
                .isEqualTo("[\"" + second + "\"]");
        for (JsonNode listed : client.get("/v1/runs?limit=2").json().path("runs")) {
            assertThat(listed.path("rerunOf").path("from").asText()).isEqualTo("failed");
            assertThat(listed.has("reruns")).isFalse();
        }
    }

    @Test
    void fromTheStartEverythingRunsAgain() throws IOException {
        String first = client.submit(Body.of(Body.shell("one", counted("one"))));
        long version = client.end(first).at("/run/version").longValue();

        Client.Answer answer = client.send(client.request("/v1/runs/" + first + "/rerun")
                .POST(BodyPublishers.noBody())
                .build());

        JsonNode details = end(answer);
        assertThat(status(details)).isEqualTo("done");
        assertThat(details.at("/run/rerunOf/from").asText()).isEqualTo("start");
        assertThat(stage(details, "one").path("reusedFrom").isNull()).isTrue();
        assertThat(count("one")).isEqualTo(2);
        String newest = id(end(rerun(first, "{}")));
        JsonNode original = client.get("/v1/runs/" + first).json();
        assertThat(original.at("/run/version").longValue())
                .as("two changes that a reader can see")
                .isEqualTo(version + 2);
        assertThat(original.at("/run/reruns")).extracting(JsonNode::asText).containsExactly(newest, id(details));
    }

    @Test
    void branchesThatFailedRunAgainBesideEachOther() throws IOException {
        String first = client.submit("""
                {"projectId":"garden","definition":{"stages":[%s,%s,%s,%s],"edges":[{"from":"root","to":"a"},
                {"from":"root","to":"b"},{"from":"a","to":"end"},{"from":"b","to":"end"}]}}
                """.formatted(
                        Body.shell("root", counted("root") + "echo r > $POND_OUTPUT_DIR/r"),
                        Body.shell("a", counted("a") + meets("b") + needs("flag")),
                        Body.shell("b", counted("b") + meets("a") + needs("flag")),
                        Body.shell("end", "cat $POND_INPUT_DIR/r")));
        JsonNode failed = client.end(first);
        assertThat(List.of(stageStatus(failed, "a"), stageStatus(failed, "b"), stageStatus(failed, "end")))
                .containsExactly("failed", "failed", "skipped");
        allow("flag");

        JsonNode details = end(rerun(first, "{\"from\":\"failed\"}"));

        assertThat(status(details)).as(details.toString()).isEqualTo("done");
        assertThat(List.of(count("root"), count("a"), count("b"))).containsExactly(1, 2, 2);
        assertThat(client.printed(id(details), "end")).containsExactly("r");
    }

    @Test
    void aCancelledRunGoesOnWhereItWas() throws IOException {
        String first = client.submit(Body.of(
                Body.shell("one", counted("one")),
                Body.shell("sleepy", "[ -f " + place.resolve("flag") + " ] || exec sleep 300")));
        client.untilStage(first, "sleepy", "running");
        assertThat(rerun(first, "{}").status()).isEqualTo(409);
        client.cancel(first);
        assertThat(status(client.end(first))).isEqualTo("cancelled");
        allow("flag");

        JsonNode details = end(rerun(first, "{\"from\":\"failed\"}"));

        assertThat(status(details)).isEqualTo("done");
        assertThat(count("one")).isEqualTo(1);
    }

    @Test
    void theSameKeyMakesOneRun() {
        String first = client.submit(Body.of(Body.shell("bad", "exit 1")));
        String other = client.submit(Body.of(Body.shell("bad", "exit 1")));
        client.end(first);
        client.end(other);

        Client.Answer made = rerun(first, "{\"from\":\"failed\"}", "Idempotency-Key", "again");
        client.end(made.json().path("id").asText());
        Client.Answer replayed = rerun(first, "{\"from\":\"failed\"}", "Idempotency-Key", "again");

        assertThat(made.status()).isEqualTo(201);
        assertThat(replayed.status()).isEqualTo(200);
        assertThat(replayed.json().path("id")).isEqualTo(made.json().path("id"));
        assertThat(replayed.json().path("status").asText()).isEqualTo("failed");
        assertThat(rerun(first, "{}", "Idempotency-Key", "again").status()).isEqualTo(409);
        assertThat(rerun(other, "{\"from\":\"failed\"}", "Idempotency-Key", "again")
                        .status())
                .isEqualTo(409);
        assertThat(rerun(first, "{}", "Idempotency-Key", "a key").status()).isEqualTo(422);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"form\":\"failed\"} | 422 | form",
                "{\"from\":\"middle\"} | 422 | from",
                "{\"from\":7} | 422 | from",
                "[] | 422 | body",
                "{ | 400 | ",
                "{\"from\":\"failed\"} | 409 | "
            })
    void whatCannotBeIsRefused(String body, int status, String field) {
        String done = client.submit(Body.of(Body.noop("a")));
        client.end(done);

        Client.Answer answer = rerun(done, body);

        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        if (field != null) {
            assertThat(answer.json().at("/problems/0/field").asText()).isEqualTo(field);
        }
        if (status == 409) {
            assertThat(answer.json().path("detail").asText()).contains("re-run it from the start");
        }
    }

    @Test
    void nothingIsReRunThatTheCallerMayNotSee() {
        String done = client.submit(Body.of(Body.noop("a")));
        String shell = client.submit(Body.of(Body.shell("a", "true")));
        client.end(done);
        client.end(shell);
        Client stranger = pond.project("orchard");
        Client own = pond.project(TestPond.PROJECT);

        assertThat(stranger.post("/v1/runs/" + done + "/rerun", "{}").status()).isEqualTo(404);
        assertThat(stranger.post("/v1/runs/" + done + "/rerun", "{").body())
                .as("also with a body that is wrong")
                .isEqualTo(client.post("/v1/runs/01890a5d-ac96-774b-bcce-b302099a8057/rerun", "{}")
                        .body());
        assertThat(own.post("/v1/runs/" + done + "/rerun", "{}").status()).isEqualTo(201);
        Client.Answer refused = own.post("/v1/runs/" + shell + "/rerun", "{}");
        assertThat(refused.status()).as("the preflight asks who calls now").isEqualTo(422);
        assertThat(refused.json().at("/problems/0/code").asText()).isEqualTo("sandbox_required");
        assertThat(client.post("/v1/runs/" + done + "/rerun?from=failed", "{}").status())
                .isEqualTo(422);
    }

    private static Client.Answer rerun(String run, String body, String... headers) {
        return client.post("/v1/runs/" + run + "/rerun", body, headers);
    }

    private static JsonNode end(Client.Answer answer) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(201);
        return client.end(answer.json().path("id").asText());
    }

    private static String id(JsonNode details) {
        return details.at("/run/id").asText();
    }

    private static String etag(String run, String artifact) {
        return client.get("/v1/runs/" + run + "/artifacts/" + artifact)
                .headers()
                .firstValue("ETag")
                .orElseThrow();
    }

    /** Script: notes that the stage has begun. */
    private String counted(String stage) {
        return "echo x >> " + place.resolve(stage + ".count") + "; ";
    }

    private int count(String stage) throws IOException {
        return Files.readAllLines(place.resolve(stage + ".count")).size();
    }

    /** Script: waits until the other stage has begun. */
    private String meets(String stage) {
        return "until [ -s " + place.resolve(stage + ".count") + " ]; do sleep 0.02; done; ";
    }

    /** Script: fails until {@link #allow}. */
    private String needs(String flag) {
        return "[ -f " + place.resolve(flag) + " ] || exit 3; ";
    }

    private void allow(String flag) throws IOException {
        Files.createFile(place.resolve(flag));
    }
}
