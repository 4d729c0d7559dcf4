package pond.server.artifacts;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.server.artifacts.TestArtifacts.producer;
import static pond.server.artifacts.TestArtifacts.sha256;

import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pond.common.ids.RunId;
import pond.testing.TestHttp;
import pond.testing.TestRuns;

class ArtifactHandlerTest {
    private static final String TEXT = "0123456789";
    private static final String ETAG = '"' + sha256(TEXT) + '"';

    private final TestRuns runs = new TestRuns();
    private final Map<RunId, Instant> removed = new ConcurrentHashMap<>();
    private final RunId run = runs.add("mine");
    private TestArtifacts artifacts;
    private TestHttp http;

    @BeforeEach
    void open(@TempDir Path folder) {
        artifacts = new TestArtifacts(folder);
        http = TestHttp.start((routes, answers) -> {
            runs.authenticate(routes);
            new ArtifactHandler(artifacts.service, runs.access(), id -> Optional.ofNullable(removed.get(id)), answers)
                    .register(routes);
        });
        artifacts.put(producer(run, 0, "scan"), "out/digits.txt", TEXT);
    }

    @AfterEach
    void close() {
        http.close();
        artifacts.close();
    }

    @Test
    void artifactsThatWereRemovedAreGoneAndSayWhen() {
        RunId other = runs.add("mine");
        removed.put(other, Instant.parse("2026-02-03T04:05:06Z"));

        HttpResponse<String> list = http.get("/v1/runs/" + other + "/artifacts", "Authorization", TestRuns.MINE);
        HttpResponse<String> bytes = http.get("/v1/runs/" + other + "/artifacts/a.txt", "Authorization", TestRuns.MINE);

        assertThat(list.body()).isEqualTo("{\"artifacts\":[],\"removedAt\":\"2026-02-03T04:05:06.000Z\"}");
        assertThat(bytes.statusCode()).isEqualTo(410);
        assertThat(bytes.body()).contains("the artifacts of this run were removed at 2026-02-03T04:05:06Z");
    }

    @Test
    void theListHasNameSizeDigestTypeAndProducer() {
        HttpResponse<String> list = get("");

        assertThat(list.statusCode()).isEqualTo(200);
        assertThat(list.body())
                .isEqualTo("{\"artifacts\":[{\"name\":\"out/digits.txt\",\"size\":10,\"sha256\":\"" + sha256(TEXT)
                        + "\",\"contentType\":\"text/plain;charset=utf-8\",\"stage\":\"scan\",\"substage\":null,"
                        + "\"createdAt\":\"2026-01-02T03:04:05.678Z\"}]}");
    }

    @Test
    void bytesComeWithHeadersThatKeepABrowserFromTrustingThem() {
        HttpResponse<String> answer = get("/out/digits.txt");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(TEXT);
        assertThat(answer.headers().map())
                .containsEntry("Content-Type", List.of("text/plain;charset=utf-8"))
                .containsEntry("Content-Length", List.of("10"))
                .containsEntry("ETag", List.of(ETAG))
                .containsEntry("Accept-Ranges", List.of("bytes"))
                .containsEntry("X-Content-Type-Options", List.of("nosniff"))
                .containsEntry("Content-Security-Policy", List.of("sandbox; default-src 'none'"))
                .containsEntry(
                        "Content-Disposition",
                        List.of("attachment; filename=\"digits.txt\"; filename*=UTF-8''digits.txt"));
    }

    @Test
    void headHasTheHeadersAndNoBody() {
        HttpResponse<String> head = send("HEAD", "/out/digits.txt");

        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(head.headers().map())
                .containsEntry("Content-Length", List.of("10"))
                .containsEntry("ETag", List.of(ETAG));
        assertThat(send("HEAD", "/none").statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource({
        "page.html, text/plain;charset=utf-8",
        "image.SVG, text/plain;charset=utf-8",
        "feed.xml, text/plain;charset=utf-8",
        "code.js, text/plain;charset=utf-8",
        "data.json, application/json",
        "shot.png, image/png",
        "noextension, application/octet-stream",
        "some.unknown, application/octet-stream"
    })
    void theServerChoosesATypeThatRunsNothing(String name, String type) {
        artifacts.put(producer(run, 1, "make"), name, "<script>alert(1)</script>");

        assertThat(get("/" + name).headers().firstValue("Content-Type")).contains(type);
    }

    @Test
    void anUnchangedArtifactIsNotSentAgain() {
        HttpResponse<String> answer = get("/out/digits.txt", "If-None-Match", "\"other\", W/" + ETAG);

        assertThat(answer.statusCode()).isEqualTo(304);
        assertThat(answer.body()).isEmpty();
        assertThat(answer.headers().firstValue("ETag")).contains(ETAG);
        assertThat(get("/out/digits.txt", "If-None-Match", "*").statusCode()).isEqualTo(304);
        assertThat(get("/out/digits.txt", "If-None-Match", "\"other\"").statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "bytes=0-0, 0, bytes 0-0/10",
        "bytes=2-4, 234, bytes 2-4/10",
        "bytes=7-, 789, bytes 7-9/10",
        "bytes=-2, 89, bytes 8-9/10"
    })
    void aRangeIsSentAsPartialContent(String range, String body, String contentRange) {
        HttpResponse<String> answer = get("/out/digits.txt", "Range", range);

        assertThat(answer.statusCode()).isEqualTo(206);
        assertThat(answer.body()).isEqualTo(body);
        assertThat(answer.headers().map())
                .containsEntry("Content-Range", List.of(contentRange))
                .containsEntry("Content-Length", List.of(Integer.toString(body.length())));
    }

    @Test
    void aRangeBeyondTheEndIsAProblemThatNamesTheSize() {
        HttpResponse<String> answer = get("/out/digits.txt", "Range", "bytes=10-");

        assertThat(answer.statusCode()).isEqualTo(416);
        assertThat(answer.headers().map())
                .containsEntry("Content-Range", List.of("bytes */10"))
                .containsEntry("Content-Type", List.of("application/problem+json"));
    }

    @Test
    void severalRangesGarbageAndAnotherVersionGetTheWhole() {
        assertThat(get("/out/digits.txt", "Range", "bytes=0-1,3-4").body()).isEqualTo(TEXT);
        assertThat(get("/out/digits.txt", "Range", "lines=0-1").body()).isEqualTo(TEXT);
        assertThat(get("/out/digits.txt", "Range", "bytes=0-1", "If-Range", "\"old\"")
                        .body())
                .isEqualTo(TEXT);
        assertThat(get("/out/digits.txt", "Range", "bytes=0-1", "If-Range", ETAG)
                        .body())
                .isEqualTo("01");
    }

    @Test
    void bytesAreNotCompressedOnTheWay() {
        String long1 = "x".repeat(200_000);
        artifacts.put(producer(run, 1, "make"), "long.txt", long1);

        HttpResponse<String> answer = get("/long.txt", "Accept-Encoding", "gzip");

        assertThat(answer.headers().firstValue("Content-Encoding")).isEmpty();
        assertThat(answer.body()).isEqualTo(long1);
    }

    @Test
    void stageAndSubstageSelect() {
        artifacts.put(new Producer(run, 1, "fix", "area"), "out/digits.txt", "fixed");

        assertThat(get("/out/digits.txt").body()).isEqualTo("fixed");
        assertThat(get("/out/digits.txt?stage=scan").body()).isEqualTo(TEXT);
        assertThat(get("/out/digits.txt?stage=fix&substage=area").body()).isEqualTo("fixed");
        assertThat(get("/out/digits.txt?stage=none").statusCode()).isEqualTo(404);
        assertThat(get("/out/digits.txt?state=scan").statusCode()).isEqualTo(422);
    }

    @Test
    void downloadsThatBreakOffMakeRoomForOthers() throws IOException {
        artifacts.put(producer(run, 1, "make"), "long.txt", "x".repeat(900_000));
        String request = "GET /v1/runs/" + run + "/artifacts/long.txt HTTP/1.1\r\nHost: x\r\nAuthorization: "
                + TestRuns.MINE + "\r\n\r\n";
        for (int i = 0; i < 50; i++) {
            try (Socket socket = http.connect()) {
                socket.setSoLinger(true, 0);
                socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
                assertThat(socket.getInputStream().read()).isEqualTo('H');
            }
        }

        Awaitility.await().until(() -> get("/long.txt").statusCode() == 200);
    }

    @Test
    void downloadsThatEndMakeRoomForOthers() {
        List<Integer> statuses = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            statuses.add(get("/out/digits.txt").statusCode());
        }

        assertThat(statuses).containsOnly(200);
    }

    @Test
    void anotherProjectsArtifactLooksLikeNone() {
        RunId theirs = runs.add("theirs");
        artifacts.put(producer(theirs, 0, "scan"), "secret", "secret");

        assertThat(http.get("/v1/runs/" + theirs + "/artifacts/secret", "Authorization", TestRuns.MINE)
                        .statusCode())
                .isEqualTo(404);
        assertThat(http.get("/v1/runs/" + theirs + "/artifacts", "Authorization", TestRuns.MINE)
                        .statusCode())
                .isEqualTo(404);
    }

    private HttpResponse<String> get(String path, String... headers) {
        List<String> all = new ArrayList<>(List.of(headers));
        all.addAll(List.of("Authorization", TestRuns.MINE));
        return http.get("/v1/runs/" + run + "/artifacts" + path, all.toArray(String[]::new));
    }

    private HttpResponse<String> send(String method, String path) {
        return http.send(http.request("/v1/runs/" + run + "/artifacts" + path)
                .header("Authorization", TestRuns.MINE)
                .method(method, BodyPublishers.noBody())
                .build());
    }
}
