package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import pond.common.json.Json;

/** One caller of a server. */
public record Client(URI url, String token) {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Duration CALL = Duration.ofSeconds(70);
    /** Generous: what is tested is that a run ends, not how fast on a busy machine. */
    private static final Duration RUN = Duration.ofSeconds(90);

    /** An answer, its body as text. */
    public record Answer(int status, HttpHeaders headers, String body) {
        public JsonNode json() {
            return Json.readTree(body);
        }
    }

    public Answer get(String path, String... headers) {
        return send(request(path, headers).build());
    }

    public Answer post(String path, String body, String... headers) {
        return send(request(path, headers)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build());
    }

    public CompletableFuture<Answer> getLater(String path) {
        HttpRequest request = request(path).build();
        return HTTP.sendAsync(request, BodyHandlers.ofString()).thenApply(response -> answer(request, response));
    }

    public HttpRequest.Builder request(String path, String... headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(url + path)).timeout(CALL).header("Authorization", "Bearer " + token);
        return headers.length == 0 ? request : request.headers(headers);
    }

    public Answer send(HttpRequest request) {
        try {
            return answer(request, HTTP.send(request, BodyHandlers.ofString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Every answer of every scenario is held against the document of the API. */
    private static Answer answer(HttpRequest request, HttpResponse<String> response) {
        Answer answer = new Answer(response.statusCode(), response.headers(), response.body());
        ApiContract.check(request.method(), request.uri().getRawPath(), answer);
        return answer;
    }

    /** Submits a body that is to be accepted; the id of the run. */
    public String submit(String body, String... headers) {
        Answer answer = post("/v1/runs", body, headers);
        assertThat(answer.status()).as(answer.body()).isEqualTo(201);
        return answer.json().path("id").textValue();
    }

    public JsonNode cancel(String run) {
        Answer answer = post("/v1/runs/" + run + "/cancel", "");
        assertThat(answer.status()).as(answer.body()).isIn(200, 202);
        return answer.json();
    }

    /** The run with its stages, as soon as it has ended. */
    public JsonNode end(String run) {
        return until(run, details -> details.at("/run/terminal").booleanValue());
    }

    /** The run with its stages, as soon as it is as wanted. */
    public JsonNode until(String run, Predicate<JsonNode> wanted) {
        long deadline = System.nanoTime() + RUN.toNanos();
        JsonNode details = get("/v1/runs/" + run).json();
        while (!wanted.test(details)) {
            assertThat(System.nanoTime()).as("still %s", details).isLessThan(deadline);
            assertThat(details.at("/run/terminal").booleanValue())
                    .as("ended otherwise: %s", details)
                    .isFalse();
            details = get("/v1/runs/" + run + "?wait=5&version=" + details.at("/run/version"))
                    .json();
        }
        return details;
    }

    /** The run with its stages, as soon as the stage has that status. */
    public JsonNode untilStage(String run, String stage, String status) {
        return until(
                run, details -> stage(details, stage).path("status").asText().equals(status));
    }

    public static JsonNode stage(JsonNode details, String key) {
        for (JsonNode stage : details.path("stages")) {
            if (stage.path("key").asText().equals(key)) {
                return stage;
            }
        }
        throw new AssertionError("no stage '" + key + "' in " + details);
    }

    public static String status(JsonNode details) {
        return details.at("/run/status").asText();
    }

    public static String stageStatus(JsonNode details, String key) {
        return stage(details, key).path("status").asText();
    }

    /** The whole log of a run that has ended; fails when ids have a gap. */
    public List<JsonNode> log(String run) {
        List<JsonNode> lines = new ArrayList<>();
        JsonNode page;
        do {
            page = get("/v1/runs/" + run + "/logs?limit=10000&since=" + lines.size())
                    .json();
            for (JsonNode line : page.path("lines")) {
                assertThat(line.path("id").longValue()).isEqualTo(lines.size() + 1);
                lines.add(line);
            }
        } while (!page.path("complete").booleanValue());
        return lines;
    }

    /** The text of the lines that a stage printed. */
    public List<String> printed(String run, String stage) {
        return log(run).stream()
                .filter(line -> line.path("stage").asText().equals(stage))
                .filter(line -> !line.path("stream").asText().equals("system"))
                .map(line -> line.path("line").textValue())
                .toList();
    }

    /** The text of one artifact. */
    public String artifact(String run, String name) {
        Answer answer = get("/v1/runs/" + run + "/artifacts/" + name);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }
}
