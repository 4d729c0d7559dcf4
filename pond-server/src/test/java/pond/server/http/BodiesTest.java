package pond.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import pond.common.json.Json;
import pond.testing.TestHttp;

class BodiesTest {
    private static final TestHttp HTTP =
            TestHttp.start((routes, answers) -> routes.post("/echo", ctx -> answers.json(ctx, 200, Bodies.json(ctx))));

    @AfterAll
    static void stop() {
        HTTP.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json",
                "APPLICATION/JSON; charset=UTF-8",
                "application/json;charset=\"utf-8\"",
                "application/merge-patch+json"
            })
    void readsJsonOfAnyOfItsNames(String type) {
        assertThat(HTTP.post("/echo", type, "{\"a\":[1,null]}").body()).isEqualTo("{\"a\":[1,null]}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"text/plain", "application/jsonp", "application/json; charset=latin1", "x/application/json"})
    void refusesOtherTypes(String type) {
        assertThat(HTTP.post("/echo", type, "{}").statusCode()).isEqualTo(415);
    }

    @Test
    void refusesABodyWithoutAType() {
        assertThat(HTTP.send(HTTP.request("/echo")
                                .POST(BodyPublishers.ofString("{}"))
                                .build())
                        .statusCode())
                .isEqualTo(415);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"secret\":             | the body is not JSON (line 1, column 11)",
                "{\"secret\": 1} x        | the body is not JSON (line 1, column 15)",
                "{\"secret\": 1} {}       | the body is not JSON (line 1, column 15)",
                "{\"secret\":1,\"secret\":2} | the body has the same field twice (line 1, column 21)",
                "`\n\n  secret`           | the body is not JSON (line 3, column 3)",
                "{'secret': 1}            | the body is not JSON (line 1, column 2)",
                "{\"secret\": NaN}        | the body is not JSON (line 1, column 15)",
            })
    void saysWhereABodyIsWrongAndNeverWhatItHolds(String body, String detail) {
        HttpResponse<String> response = HTTP.post("/echo", "application/json", body);

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(Json.readTree(response.body()).get("detail").asText()).isEqualTo(detail);
        assertThat(response.body()).doesNotContain("secret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "   ", "\n"})
    void anEmptyBodyIsMalformed(String body) {
        assertThat(HTTP.post("/echo", "application/json", body).statusCode()).isEqualTo(400);
    }

    @Test
    void deepNestingAndBadUtf8AreMalformed() {
        assertThat(HTTP.post("/echo", "application/json", "[".repeat(100_000)).statusCode())
                .isEqualTo(400);
        assertThat(bytes(new byte[] {'"', (byte) 0xc3, '"'}, "identity").statusCode())
                .isEqualTo(400);
        assertThat(bytes(new byte[] {0, 0, 0, '1'}, "identity").statusCode()).isNotEqualTo(500);
        assertThat(bytes(new byte[] {(byte) 0xff, (byte) 0xfe, 0, (byte) 0xd8}, "identity")
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void readsUpToTheLimitAndNotAByteMore() throws IOException {
        String most = "\"" + "x".repeat(Bodies.MAX_BYTES - 2) + "\"";

        assertThat(HTTP.post("/echo", "application/json", most).statusCode()).isEqualTo(200);
        assertThat(HTTP.post("/echo", "application/json", most + " ").statusCode())
                .isEqualTo(413);
        assertThat(bytes(gzip(most + " "), "gzip").statusCode()).isEqualTo(413);
        assertThat(HTTP.raw("POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n"
                        + "Content-Length: 99999999999\r\n\r\n{"))
                .startsWith("HTTP/1.1 413 ");
    }

    @Test
    void takesGzipAndNothingElse() throws IOException {
        assertThat(bytes(gzip("{\"a\":1}"), "gzip").body()).isEqualTo("{\"a\":1}");
        assertThat(bytes("{}".getBytes(StandardCharsets.UTF_8), "gzip").statusCode())
                .isEqualTo(400);
        assertThat(bytes(new byte[] {0x1f, (byte) 0x8b}, "gzip").statusCode()).isEqualTo(400);
        assertThat(bytes("{}".getBytes(StandardCharsets.UTF_8), "br").statusCode())
                .isEqualTo(415);
    }

    @Test
    void aBrokenChunkIsTheCallersFault() {
        assertThat(HTTP.raw("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}"))
                .startsWith("HTTP/1.1 400 ");
    }

    private static HttpResponse<String> bytes(byte[] body, String encoding) {
        var request =
                HTTP.request("/echo").header("Content-Type", "application/json").header("Content-Encoding", encoding);
        return HTTP.send(request.POST(BodyPublishers.ofByteArray(body)).build());
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }
}
