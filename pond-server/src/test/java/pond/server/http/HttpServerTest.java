package pond.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.config.RoutesConfig;
import java.net.BindException;
import java.net.StandardSocketOptions;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import pond.common.json.Json;
import pond.server.errors.ErrorCode;
import pond.server.errors.PondException;
import pond.testing.TestHttp;

class HttpServerTest {
    private final TestHttp http = TestHttp.start(HttpServerTest::routes);

    private static void routes(RoutesConfig routes, Answers answers) {
        routes.get("/hello", ctx -> answers.json(ctx, 200, Map.of("hello", "world")));
        routes.get("/things/{id}", ctx -> {
            throw PondException.notFound("thing");
        });
        routes.get("/secret-failure", ctx -> {
            throw new IllegalStateException("SELECT * FROM /etc/passwd");
        });
        routes.get(
                "/later",
                ctx -> answers.json(
                        ctx,
                        200,
                        CompletableFuture.failedFuture(
                                new CompletionException(new PondException(ErrorCode.CONFLICT, "too late")))));
        routes.get("/overflow", ctx -> {
            throw new StackOverflowError();
        });
        routes.get("/busy", ctx -> {
            throw new PondException(ErrorCode.UNAVAILABLE, "too much is waiting");
        });
        routes.get("/login", ctx -> {
            throw new PondException(ErrorCode.UNAUTHENTICATED, "who are you");
        });
        routes.get("/invalid", ctx -> {
            throw PondException.invalid("color", "must be blue");
        });
        routes.get("/nodelay", ctx -> {
            SocketChannel channel = ctx.attribute(FrontDoor.CONNECTION);
            ctx.result(String.valueOf(channel != null && channel.getOption(StandardSocketOptions.TCP_NODELAY)));
        });
        routes.get("/long", ctx -> answers.json(ctx, 200, "x".repeat(20_000)));
        routes.delete("/hello", ctx -> ctx.status(204));
    }

    @AfterEach
    void stop() {
        http.close();
    }

    @Test
    void aCallersRequestIdComesBackAndAMissingOrOddOneIsMade() {
        assertThat(id(http.get("/hello", "X-Request-Id", "abc-1.2_3"))).isEqualTo("abc-1.2_3");
        assertThat(id(http.get("/hello"))).matches("[0-9a-f]{16}");
        assertThat(id(http.get("/hello", "X-Request-Id", "no spaces"))).matches("[0-9a-f]{16}");
        assertThat(id(http.get("/hello", "X-Request-Id", "x".repeat(129)))).matches("[0-9a-f]{16}");
    }

    @Test
    void everyResponseHasTheStandardHeadersAndNoServerHeader() {
        for (String path : List.of("/hello", "/nothing", "/secret-failure", "/overflow", "/things/1")) {
            HttpResponse<String> response = http.get(path);

            assertThat(response.headers().firstValue("X-Request-Id")).isPresent();
            assertThat(response.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
            assertThat(response.headers().firstValue("Cache-Control")).contains("no-store");
            assertThat(response.headers().firstValue("Server")).isEmpty();
            assertThat(response.headers().firstValue("Set-Cookie")).isEmpty();
        }
    }

    @Test
    void refusalsAreProblemDocumentsWithTheirStatus() {
        assertProblem(http.get("/things/1"), 404, "there is no such thing");
        assertProblem(http.get("/later"), 409, "too late");
        assertProblem(http.get("/nothing"), 404, "there is nothing at this path");
        assertThat(assertProblem(http.get("/invalid"), 422, "the request has problems that must be mended first")
                        .at("/problems/0/field")
                        .asText())
                .isEqualTo("color");
        HttpResponse<String> busy = http.get("/busy");
        assertProblem(busy, 503, "too much is waiting");
        assertThat(busy.headers().firstValue("Retry-After")).contains("2");
        HttpResponse<String> login = http.get("/login");
        assertProblem(login, 401, "who are you");
        assertThat(login.headers().firstValue("WWW-Authenticate")).contains("Bearer");
    }

    @Test
    void aFaultOfTheServerNamesTheRequestIdAndNothingElse() {
        for (String path : List.of("/secret-failure", "/overflow")) {
            HttpResponse<String> response = http.get(path, "X-Request-Id", "find-me");

            assertProblem(
                    response,
                    500,
                    "something went wrong inside the server; its log has the details under request id find-me");
            assertThat(response.body()).doesNotContain("SELECT", "passwd", "Exception", "StackOverflow");
        }
    }

    @Test
    void aWrongMethodIsToldWhatTheRightOnesAre() {
        HttpResponse<String> response = http.send(
                http.request("/hello").POST(BodyPublishers.ofString("x")).build());

        assertProblem(response, 405, "this path does not take POST; it takes GET, DELETE, HEAD");
        assertThat(response.headers().firstValue("Allow")).contains("GET, DELETE, HEAD");
    }

    @Test
    void headAnswersAsGetWouldWithoutTheBody() {
        HttpResponse<String> found = http.send(
                http.request("/hello").method("HEAD", BodyPublishers.noBody()).build());
        HttpResponse<String> missing = http.send(http.request("/things/1")
                .method("HEAD", BodyPublishers.noBody())
                .build());

        assertThat(found.statusCode()).isEqualTo(200);
        assertThat(found.headers().firstValue("Content-Length")).contains("17");
        assertThat(found.body()).isEmpty();
        assertThat(missing.statusCode()).isEqualTo(404);
        assertThat(missing.headers().firstValue("Content-Type")).contains(ErrorBody.CONTENT_TYPE);
    }

    @Test
    void aHeaderCannotChangeTheMethod() {
        assertThat(http.get("/hello", "X-HTTP-Method-Override", "DELETE").statusCode())
                .isEqualTo(200);
    }

    @Test
    void whatJettyRefusesIsAProblemDocumentToo() {
        String close = "Host: x\r\nConnection: close\r\n\r\n";
        assertRawProblem(http.raw("GET /hello HTTP/1.1\r\nX-Big: " + "b".repeat(17_000) + "\r\n" + close), 431);
        assertRawProblem(http.raw("GET /" + "p".repeat(17_000) + " HTTP/1.1\r\n" + close), 414);
        assertRawProblem(http.raw("GET /hello HTTP/1.1\r\nConnection: close\r\n\r\n"), 400);
        assertRawProblem(http.raw("NONSENSE\r\n\r\n"), 400);
        assertRawProblem(http.raw("GET /hello HTTP/9.9\r\n" + close), 505);
        assertRawProblem(http.raw("BEFORE /hello HTTP/1.1\r\n" + close), 501);
        assertRawProblem(http.raw("GET /things/%zz HTTP/1.1\r\n" + close), 400);
        assertRawProblem(http.raw("GET /hello?x=%zz HTTP/1.1\r\n" + close), 400);
        assertRawProblem(http.raw("OPTIONS * HTTP/1.1\r\n" + close), 404);
        assertRawProblem(http.raw("GET /hello HTTP/1.1\r\nContent-Length: x\r\n" + close), 400);
    }

    @Test
    void smallAnswersAreNotHeldBackForMoreToCome() {
        assertThat(http.get("/nodelay").body()).isEqualTo("true");
    }

    @Test
    void longJsonIsCompressedForThoseWhoTakeIt() {
        HttpResponse<String> response = http.get("/long", "Accept-Encoding", "gzip");

        assertThat(response.headers().firstValue("Content-Encoding")).contains("gzip");
        assertThat(response.body().length()).isLessThan(1_000);
        assertThat(http.get("/long").headers().firstValue("Content-Encoding")).isEmpty();
    }

    @Test
    void aTakenPortIsRefusedByName() throws Exception {
        try (Answers answers = new Answers()) {
            HttpServer.Settings same = HttpServer.Settings.of("127.0.0.1", http.server.port());

            assertThatThrownBy(() -> HttpServer.start(same, answers, List.of()))
                    .isInstanceOf(BindException.class)
                    .hasMessageContaining("cannot listen on 127.0.0.1 port " + http.server.port())
                    .hasMessageContaining("in use");
        }
    }

    private static String id(HttpResponse<String> response) {
        return response.headers().firstValue("X-Request-Id").orElseThrow();
    }

    private static JsonNode assertProblem(HttpResponse<String> response, int status, String detail) {
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).contains(ErrorBody.CONTENT_TYPE);
        JsonNode body = Json.readTree(response.body());
        assertThat(body.get("status").asInt()).isEqualTo(status);
        assertThat(body.get("detail").asText()).isEqualTo(detail);
        assertThat(body.get("title").asText()).isNotBlank();
        assertThat(body.get("type").asText()).isEqualTo("about:blank");
        return body;
    }

    private static void assertRawProblem(String response, int status) {
        assertThat(response).startsWith("HTTP/1.1 " + status + " ");
        assertThat(response).contains("Content-Type: application/problem+json").contains("X-Request-Id: ");
        assertThat(response).contains("\"status\":" + status).doesNotContain("html", "Jetty", "jetty");
    }
}
