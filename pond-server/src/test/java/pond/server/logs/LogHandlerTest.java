package pond.server.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.testing.TestDatabase.get;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pond.common.ids.JobId;
import pond.common.ids.RunId;
import pond.common.json.Json;
import pond.testing.TestHttp;
import pond.testing.TestRuns;

class LogHandlerTest {
    private final TestRuns runs = new TestRuns();
    private final Set<RunId> ended = ConcurrentHashMap.newKeySet();
    private final Map<RunId, Instant> removed = new ConcurrentHashMap<>();
    private final RunId run = runs.add("mine");
    private final JobId job = TestLogs.job();
    private TestLogs logs;
    private TestHttp http;

    @BeforeEach
    void open(@TempDir Path folder) {
        logs = new TestLogs(folder);
        LogTail tail = new LogTail(logs.service, ended::contains, id -> Optional.ofNullable(removed.get(id)));
        http = TestHttp.start((routes, answers) -> {
            runs.authenticate(routes);
            new LogHandler(tail, runs.access(), answers).register(routes);
        });
    }

    @AfterEach
    void close() {
        http.close();
        logs.close();
    }

    @Test
    void linesComeWithACursorForTheNextCall() {
        get(logs.append(run, job, 1, "a", "b", "c"));

        JsonNode first = ok("?limit=2");
        JsonNode rest = ok("?since=2");

        assertThat(first.toString()).isEqualTo("""
                        {"lines":[\
                        {"id":1,"at":"2026-01-02T03:04:05.678Z","stage":"build","substage":null,"attempt":1,\
                        "stream":"stdout","source":"stage","line":"a"},\
                        {"id":2,"at":"2026-01-02T03:04:05.678Z","stage":"build","substage":null,"attempt":1,\
                        "stream":"stdout","source":"stage","line":"b"}],"next":2,"complete":false}""");
        assertThat(rest.at("/lines/0/line").asText()).isEqualTo("c");
        assertThat(rest.path("next").asLong()).isEqualTo(3);
    }

    @Test
    void anEmptyPageRepeatsTheCursor() {
        get(logs.append(run, job, 1, "a"));

        assertThat(ok("?since=1").toString()).isEqualTo("{\"lines\":[],\"next\":1,\"complete\":false}");
        assertThat(ok("?since=99").path("next").asLong()).isEqualTo(99);
    }

    @Test
    void aLogThatWasRemovedSaysSoAndIsComplete() {
        get(logs.append(run, job, 1, "a", "b"));
        ended.add(run);
        removed.put(run, Instant.parse("2026-02-03T04:05:06Z"));

        assertThat(ok("?since=1&wait=50").toString())
                .isEqualTo("{\"lines\":[],\"next\":1,\"complete\":true,\"removedAt\":\"2026-02-03T04:05:06.000Z\"}");
    }

    @Test
    void aTerminalRunIsCompleteWithItsLastPageAndAnswersAtOnce() {
        get(logs.append(run, job, 1, "a", "b"));
        ended.add(run);

        assertThat(ok("?limit=1").path("complete").asBoolean()).isFalse();
        assertThat(ok("?since=1&wait=50").path("complete").asBoolean()).isTrue();
        assertThat(ok("?since=2&wait=50").path("complete").asBoolean()).isTrue();
    }

    @Test
    void aWaitEndsWithTheFirstNewLine() {
        CompletableFuture<HttpResponse<String>> answer = waiting("?since=0&wait=50");

        get(logs.append(run, job, 1, "at last"));

        assertThat(json(get(answer)).at("/lines/0/line").asText()).isEqualTo("at last");
    }

    @Test
    void aWaitEndsWithTheRun() {
        CompletableFuture<HttpResponse<String>> answer = waiting("?since=0&wait=50");

        ended.add(run);
        logs.service.wake(run);

        assertThat(json(get(answer)).path("complete").asBoolean()).isTrue();
    }

    @Test
    void aWaitThatIsOverGivesAnEmptyPage() {
        assertThat(ok("?since=0&wait=1").toString()).isEqualTo("{\"lines\":[],\"next\":0,\"complete\":false}");
        assertThat(logs.service.waiting()).isZero();
    }

    @Test
    void withoutACursorThereIsNoWait() {
        assertThat(ok("?wait=50").path("lines").size()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"limit=0", "limit=10001", "limit=x", "since=-1", "since=x", "wait=51", "sinse=3"})
    void aParameterThatCannotBeTakenIsRefused(String query) {
        assertThat(http.get(path("?" + query), "Authorization", TestRuns.MINE).statusCode())
                .isEqualTo(422);
    }

    @Test
    void anotherProjectsRunLooksLikeNone() {
        RunId theirs = runs.add("theirs");

        HttpResponse<String> other = http.get("/v1/runs/" + theirs + "/logs", "Authorization", TestRuns.MINE);
        HttpResponse<String> none = http.get("/v1/runs/" + TestLogs.run() + "/logs", "Authorization", TestRuns.MINE);

        assertThat(other.statusCode()).isEqualTo(404);
        assertThat(other.body()).isEqualTo(none.body());
        assertThat(http.get("/v1/runs/" + theirs + "/logs", "Authorization", TestRuns.SERVICE)
                        .statusCode())
                .isEqualTo(200);
        assertThat(http.get("/v1/runs/nonsense/logs", "Authorization", TestRuns.MINE)
                        .statusCode())
                .isEqualTo(404);
    }

    private CompletableFuture<HttpResponse<String>> waiting(String query) {
        CompletableFuture<HttpResponse<String>> answer = http.sendAsync(
                http.request(path(query)).header("Authorization", TestRuns.MINE).build());
        Awaitility.await().until(() -> logs.service.waiting() == 1);
        return answer;
    }

    private JsonNode ok(String query) {
        return json(http.get(path(query), "Authorization", TestRuns.MINE));
    }

    private static JsonNode json(HttpResponse<String> response) {
        assertThat(response.statusCode()).isEqualTo(200);
        return Json.readTree(response.body());
    }

    private String path(String query) {
        return "/v1/runs/" + run + "/logs" + query;
    }
}
