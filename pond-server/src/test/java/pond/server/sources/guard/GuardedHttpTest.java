package pond.server.sources.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.server.sources.guard.Guards.assertRefused;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSocketFactory;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pond.server.sources.guard.SourceException.Code;

class GuardedHttpTest {
    private static final SourceSettings SETTINGS = Guards.settings("good.test", null, 1 << 20);
    private static final HostResolver LOOPBACK = name -> List.of(InetAddress.getLoopbackAddress());

    private final FetchScope scope = Guards.scope();

    @AfterEach
    void close() {
        scope.close();
    }

    private static GuardedHttp http(HostResolver resolver) {
        return new GuardedHttp(
                new AddressRules(SETTINGS.allowedHosts(), resolver),
                (SSLSocketFactory) SSLSocketFactory.getDefault(),
                SETTINGS);
    }

    private String get(String url) throws IOException {
        try (var reply = http(LOOPBACK).get(SourceUrl.parse(url), scope)) {
            return new String(reply.body().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello and more",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n3;x=y\r\nhel\r\n02\r\nlo\r\n0\r\nTrailer: x\r\n\r\nmore",
                "HTTP/1.0 200\r\n\r\nhello",
                "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\ncontent-length:5\n\nhello"
            })
    void everyFramingIsRead(String answer) throws IOException {
        try (var server = RawServer.answering(answer)) {
            assertThat(get(server.url("good.test"))).isEqualTo("hello");
            assertThat(server.heads)
                    .singleElement()
                    .asString()
                    .contains(
                            "GET / HTTP/1.1\r\n", "Host: good.test:" + server.port() + "\r\n", "Connection: close\r\n");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "SSH-2.0-OpenSSH_9.2\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
                "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\n folded: x\r\n\r\nhello"
            })
    void anAnswerThatIsNotWholeOrNotPlainIsAnError(String answer) throws IOException {
        try (var server = RawServer.answering(answer)) {
            assertRefused(Code.SOURCE_UNREACHABLE, () -> get(server.url("good.test")))
                    .hasMessageNotContainingAny("hell", "SSH", "127.0.0.1");
        }
    }

    @Test
    void aHeadWithoutEndIsAnError() throws IOException {
        try (var server = RawServer.answering("HTTP/1.1 200 OK\r\n" + "X: y\r\n".repeat(20_000))) {
            assertRefused(Code.SOURCE_UNREACHABLE, () -> get(server.url("good.test")));
        }
    }

    @Test
    void aRedirectIsFollowedAndCheckedAgain() throws IOException {
        try (var goal = RawServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngoal");
                var server = redirect(goal.url("good.test"));
                var evil = redirect(goal.url("evil.test"));
                var metadata = redirect("https://169.254.169.254/latest")) {
            assertThat(get(server.url("good.test"))).isEqualTo("goal");
            assertRefused(Code.SOURCE_REFUSED, () -> get(evil.url("good.test")));
            assertRefused(Code.SOURCE_REFUSED, () -> get(metadata.url("good.test")));
            assertThat(goal.heads).hasSize(1);
        }
    }

    @Test
    void redirectsEndAfterFive() throws IOException {
        try (var server = redirect("/again")) {
            assertRefused(Code.SOURCE_REFUSED, () -> get(server.url("good.test")));
            assertThat(server.heads).hasSize(6);
        }
    }

    private static RawServer redirect(String location) throws IOException {
        return RawServer.answering("HTTP/1.1 302 Found\r\nLocation: " + location + "\r\nContent-Length: 0\r\n\r\n");
    }

    @Test
    void aNameThatChangesItsMindIsAskedOncePerConnection() throws IOException {
        var asked = new AtomicInteger();
        HostResolver rebinding = name -> List.of(
                asked.getAndIncrement() == 0
                        ? InetAddress.getLoopbackAddress()
                        : InetAddress.getByName("169.254.169.254"));
        try (var server = RawServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")) {
            var http = http(rebinding);
            var url = SourceUrl.parse(server.url("good.test"));
            try (var reply = http.send("GET", url, Map.of(), new byte[0], scope)) {
                assertThat(reply.body().readAllBytes()).hasSize(2);
            }
            assertThat(asked).hasValue(1);
            assertRefused(Code.SOURCE_REFUSED, () -> http.send("GET", url, Map.of(), new byte[0], scope));
        }
    }

    @Test
    void aHeaderThatWouldMakeAnotherIsRefused() throws IOException {
        try (var server = RawServer.answering("HTTP/1.1 200 OK\r\n\r\n")) {
            var url = SourceUrl.parse(server.url("good.test"));
            assertRefused(
                    Code.SOURCE_UNREACHABLE,
                    () -> http(LOOPBACK).send("GET", url, Map.of("X", "a\r\nY: b"), new byte[0], scope));
            assertThat(server.heads).noneMatch(head -> head.contains("Y: b"));
        }
    }

    @Test
    void cancellingEndsABlockedRead() throws Exception {
        var cancel = new CompletableFuture<Void>();
        try (var server = RawServer.holding("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
                var own = new FetchScope(cancel, Duration.ofMinutes(2))) {
            var reader = CompletableFuture.supplyAsync(() -> codeOfReading(server, own));
            Awaitility.await().until(() -> !server.heads.isEmpty());
            cancel.complete(null);
            assertThat(reader.get(20, TimeUnit.SECONDS)).isEqualTo(Code.CANCELLED);
        }
    }

    @Test
    void theDeadlineEndsABlockedRead() throws Exception {
        try (var server = RawServer.holding("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
                var own = new FetchScope(new CompletableFuture<Void>(), Duration.ofMillis(300))) {
            assertThat(codeOfReading(server, own)).isEqualTo(Code.TIMEOUT);
        }
    }

    private static Code codeOfReading(RawServer server, FetchScope own) {
        try (var reply = http(LOOPBACK).get(SourceUrl.parse(server.url("good.test")), own)) {
            reply.body().readAllBytes();
            throw new AssertionError("read to the end");
        } catch (SourceException e) {
            return e.code();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void nobodyListeningIsUnreachable() throws IOException {
        int port;
        try (var closed = RawServer.answering("")) {
            port = closed.port();
        }
        assertRefused(Code.SOURCE_UNREACHABLE, () -> get("http://good.test:" + port + "/"));
    }
}
