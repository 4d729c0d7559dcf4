package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lists, long polls and logs. */
class ReadingScenariosTest {
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
    void aListIsPagedFromTheNewestOn() {
        List<String> submitted = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            submitted.add(client.submit(Body.of(Body.noop("a")).replace("garden", "paged")));
        }
        Collections.reverse(submitted);

        List<String> listed = new ArrayList<>();
        String cursor = "";
        do {
            JsonNode page = client.get("/v1/runs?projectId=paged&limit=3&cursor=" + cursor)
                    .json();
            assertThat(page.path("runs").size()).isLessThanOrEqualTo(3);
            page.path("runs").forEach(run -> listed.add(run.path("id").asText()));
            cursor = page.path("next").asText("");
        } while (!cursor.isEmpty() && !cursor.equals("null"));

        assertThat(listed).isEqualTo(submitted);
    }

    @Test
    void aListIsFilteredByStatusAndProject() {
        String done = client.submit(Body.of(Body.noop("a")).replace("garden", "filtered"));
        String failed = client.submit(Body.of(Body.shell("a", "exit 1")).replace("garden", "filtered"));
        String running = client.submit(Body.of(Body.shell("a", "sleep 100")).replace("garden", "filtered"));
        client.end(done);
        client.end(failed);
        client.untilStage(running, "a", "running");

        assertThat(ids("projectId=filtered&status=done")).containsExactly(done);
        assertThat(ids("projectId=filtered&status=done&status=failed")).containsExactly(failed, done);
        assertThat(ids("projectId=filtered&status=running")).containsExactly(running);
        assertThat(ids("projectId=filtered&status=cancelled")).isEmpty();
        assertThat(ids("projectId=filtered&status=")).containsExactly(running, failed, done);
        assertThat(client.get("/v1/runs?projectId=filtered").body()).doesNotContain("\"definition\"");
        assertThat(client.get("/v1/runs?status=finished").status()).isEqualTo(422);
        assertThat(client.get("/v1/runs?limit=0").status()).isEqualTo(422);
        assertThat(client.get("/v1/runs?limit=201").status()).isEqualTo(422);
        assertThat(client.get("/v1/runs?project=filtered").status())
                .as("a mistyped parameter")
                .isEqualTo(422);
        client.cancel(running);
        client.end(running);
    }

    @Test
    void aLongPollAnswersWhenTheRunHasChanged() throws Exception {
        Path go = folder.resolve("go-run");
        String run = client.submit(Body.of(Body.shell("wait", "until [ -e %s ]; do sleep 0.02; done".formatted(go))));
        JsonNode running = client.untilStage(run, "wait", "running");

        CompletableFuture<Client.Answer> poll =
                client.getLater("/v1/runs/" + run + "?wait=50&version=" + running.at("/run/version"));
        Client.Answer outdated = client.get("/v1/runs/" + run + "?wait=50&version=1");
        assertThat(outdated.json().at("/run/version")).isEqualTo(running.at("/run/version"));
        assertThat(poll).isNotDone();
        java.nio.file.Files.createFile(go);

        JsonNode changed = poll.get(40, TimeUnit.SECONDS).json();
        assertThat(changed.at("/run/version").longValue())
                .isGreaterThan(running.at("/run/version").longValue());
        JsonNode ended = client.end(run);
        assertThat(client.get("/v1/runs/" + run + "?wait=50&version=" + ended.at("/run/version"))
                        .json())
                .as("a run that has ended answers at once")
                .isEqualTo(ended);
    }

    @Test
    void aLogIsFollowedLineByLine() throws Exception {
        Path go = folder.resolve("go-log");
        String script = "echo one; until [ -e %s ]; do sleep 0.02; done; echo two".formatted(go);
        String run = client.submit(Body.of(Body.shell("talk", script)));
        client.untilStage(run, "talk", "running");

        List<String> texts = new ArrayList<>();
        long since = 0;
        boolean complete = false;
        while (!complete) {
            JsonNode page = client.get("/v1/runs/" + run + "/logs?wait=20&since=" + since)
                    .json();
            assertThat(page.path("lines").isEmpty() && !page.path("complete").booleanValue())
                    .as("a page that waited is not empty")
                    .isFalse();
            page.path("lines").forEach(line -> texts.add(line.path("line").asText()));
            since = page.path("next").longValue();
            complete = page.path("complete").booleanValue();
            if (texts.contains("one") && java.nio.file.Files.notExists(go)) {
                java.nio.file.Files.createFile(go);
            }
        }

        assertThat(texts).containsSubsequence("one", "two").doesNotHaveDuplicates();
        JsonNode last = client.get("/v1/runs/" + run + "/logs?since=" + since).json();
        assertThat(last.toString()).isEqualTo("{\"lines\":[],\"next\":%d,\"complete\":true}".formatted(since));
        assertThat(client.get("/v1/runs/" + run + "/logs?since=0&limit=1")
                        .json()
                        .path("lines"))
                .hasSize(1);
        assertThat(client.get("/v1/runs/" + run + "/logs?limit=10001").status()).isEqualTo(422);
        assertThat(client.get("/v1/runs/" + run + "/logs?since=-1").status()).isEqualTo(422);
    }

    @Test
    void aRunWithoutModelCallsHasEmptyUsage() {
        String run = client.submit(Body.of(Body.noop("a")));
        client.end(run);

        JsonNode usage = client.get("/v1/runs/" + run + "/usage").json();

        assertThat(usage.path("substages")).isEmpty();
        assertThat(usage.path("byModel")).isEmpty();
        assertThat(usage.at("/totals/inputTokens").intValue()).isZero();
    }

    private static List<String> ids(String query) {
        return client.get("/v1/runs?" + query)
                .json()
                .path("runs")
                .valueStream()
                .map(run -> run.path("id").asText())
                .toList();
    }
}
