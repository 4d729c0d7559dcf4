package pond.worker.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import pond.common.ids.ArtifactName;
import pond.common.protocol.ArtifactUpload;
import pond.common.protocol.JobRef;
import pond.common.protocol.LeaseRequest;
import pond.common.protocol.Progress;
import pond.common.protocol.ProtocolException;
import pond.common.protocol.Refusal;
import pond.common.protocol.WorkerHttp;

/** What answers other than the expected one mean. */
class RefusalsTest {
    private static final String PROBLEM = "application/problem+json";
    private static final Progress PROGRESS = new Progress(TestProtocol.JOB, 1, 2, null);

    private WireServer server;
    private HttpWorkerProtocol protocol;

    @BeforeEach
    void start() throws Exception {
        server = new WireServer();
        protocol = TestProtocol.attached(server);
    }

    @AfterEach
    void stop() {
        protocol.close();
        server.close();
    }

    @ParameterizedTest
    @EnumSource
    void everyRefusalIsUnderstood(Refusal refusal) throws Exception {
        answer(WorkerHttp.status(refusal), PROBLEM, "{\"detail\":\"why\",\"refusal\":\"" + refusal + "\"}");

        ProtocolException refused = refused();

        assertThat(refused.refusal()).isEqualTo(refusal);
        assertThat(refused).hasMessage("why");
    }

    @ParameterizedTest
    @CsvSource({
        "409, application/problem+json, '{\"refusal\":\"from_the_future\"}', INVALID",
        "401, application/problem+json, '{\"detail\":\"no\"}', UNAUTHORIZED",
        "403, application/problem+json; charset=utf-8, '{}', UNAUTHORIZED",
        "404, application/problem+json, '{}', INVALID",
        "503, application/problem+json, '{}', BUSY",
        "503, text/html, '<h1>', BUSY",
        "413, text/html, '<h1>too large</h1>', ARTIFACT_REFUSED",
        "429, text/plain, 'slower', BUSY"
    })
    void aStatusSpeaksWhereTheWordIsMissing(int status, String type, String body, Refusal refusal) throws Exception {
        answer(status, type, body);

        assertThat(refused().refusal()).isEqualTo(refusal);
    }

    @ParameterizedTest
    @CsvSource({
        "502, text/html, '<h1>bad gateway</h1>'",
        "403, text/html, '<h1>blocked</h1>'",
        "401, application/json, '{}'",
        "500, application/problem+json, '{\"detail\":\"oops\"}'",
        "409, application/problem+json, '{\"refusal\":'",
        "200, text/html, '<h1>log in</h1>'",
        "302, text/html, ''"
    })
    void anythingElseMeansThatNobodyKnows(int status, String type, String body) throws Exception {
        answer(status, type, body);

        TestProtocol.isIo(TestProtocol.failure(protocol.progress(PROGRESS)));
    }

    @Test
    void aRedirectIsNotFollowed() throws Exception {
        try (WireServer other = new WireServer()) {
            server.on(WorkerHttp.PROGRESS, exchange -> {
                exchange.getResponseHeaders().set("Location", other.url() + WorkerHttp.PROGRESS);
                exchange.sendResponseHeaders(307, -1);
            });

            Throwable failure = TestProtocol.failure(protocol.progress(PROGRESS));

            assertThat(failure).isInstanceOf(IOException.class).hasMessageContaining("redirect");
            assertThat(other.asked()).isEmpty();
        }
    }

    @Test
    void aBusyServerIsNotAskedAgainBehindTheCallersBack() throws Exception {
        server.on(WorkerHttp.PROGRESS, exchange -> {
            exchange.getResponseHeaders().set("Retry-After", "0");
            WireServer.send(exchange, 503, PROBLEM, "{}");
        });

        assertThat(refused().retryAfter()).contains(Duration.ZERO);
        assertThat(server.asked())
                .filteredOn(asked -> asked.path().equals(WorkerHttp.PROGRESS))
                .hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "7, 7",
        "600, 60",
        "'Thu, 01 Jan 1970 00:01:05 GMT', 5",
        "'Thu, 01 Jan 1970 00:00:05 GMT', 0",
        "'Fri, 02 Jan 1970 00:00:05 GMT', 60"
    })
    void retryAfterIsSecondsOrADate(String header, long seconds) {
        assertThat(Refused.retryAfter(header, () -> Instant.ofEpochSecond(60))).isEqualTo(Duration.ofSeconds(seconds));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "soon", "-1", "1.5", "99999999999999999999"})
    void anotherRetryAfterIsAsGoodAsNone(String header) {
        assertThat(Refused.retryAfter(header, () -> Instant.EPOCH)).isNull();
    }

    @Test
    void noMessageRepeatsASecretOrIsLongerThanALine() throws Exception {
        String text = "your " + TestProtocol.BEARER + "\\n\\u001b[31m" + TestProtocol.JOB.leaseToken();
        server.on(
                WorkerHttp.INPUTS,
                exchange -> WireServer.send(
                        exchange,
                        409,
                        PROBLEM,
                        "{\"refusal\":\"invalid\",\"detail\":\"" + text + "x".repeat(10_000) + "\"}"));

        assertThat(TestProtocol.failure(protocol.inputs(TestProtocol.JOB)).getMessage())
                .doesNotContain(TestProtocol.BEARER)
                .doesNotContain(TestProtocol.JOB.leaseToken())
                .doesNotContain("\n")
                .hasSizeLessThan(600);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"upTo\":", "{}", "null", "{\"upTo\":null}", "{\"upTo\":-1}", "[]"})
    void anAnswerThatIsNotWhatWasAskedForIsNotTaken(String body) throws Exception {
        server.json(WorkerHttp.UPLOADED, body);

        TestProtocol.isIo(TestProtocol.failure(
                protocol.uploaded(new ArtifactUpload(TestProtocol.JOB, new ArtifactName("a"), 1, "ab"))));
    }

    @Test
    void aHugeAnswerIsNotTaken() throws Exception {
        server.json(WorkerHttp.INPUTS, " ".repeat(9 << 20));

        assertThat(TestProtocol.failure(protocol.inputs(TestProtocol.JOB)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("larger than");
    }

    @Test
    void aDownloadThatBreaksOffFailsWhenItIsRead() throws Exception {
        server.on(WorkerHttp.BUNDLE, exchange -> {
            exchange.sendResponseHeaders(200, 1000);
            exchange.getResponseBody().write(new byte[10]);
            exchange.getResponseBody().flush();
        });

        try (InputStream stream = TestProtocol.get(protocol.bundle(TestProtocol.JOB))) {
            assertThatThrownBy(stream::readAllBytes).isInstanceOf(IOException.class);
        }
    }

    @Test
    void aLeaseTokenThatNoHeaderCanHoldFailsWithoutBeingShown() throws Exception {
        JobRef odd = new JobRef(TestProtocol.JOB.job(), "secret\nvalue");

        assertThat(TestProtocol.failure(protocol.inputs(odd)).toString()).doesNotContain("secret");
    }

    @Test
    void aSilentServerIsGivenUp() throws Exception {
        CountDownLatch forever = new CountDownLatch(1);
        server.on(WorkerHttp.LEASE_JOBS, exchange -> forever.await());

        TestProtocol.isIo(TestProtocol.failure(protocol.lease(new LeaseRequest(1, Duration.ofSeconds(-8)))));
        forever.countDown();
    }

    @Test
    void anAuthorityOfOnesOwnIsTrustedOnlyWhenItIsNamed() throws Exception {
        HttpsServer https = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        https.setHttpsConfigurator(new HttpsConfigurator(tls()));
        Path pem = Path.of(RefusalsTest.class.getResource("test.pem").toURI());
        try (WireServer secure = new WireServer(https).json("/health", "{\"status\":\"ok\",\"version\":\"9\"}")) {
            String url = "https://127.0.0.1:" + secure.port();

            assertThat(ServerProbe.health(TestProtocol.settings(url, pem)).version())
                    .isEqualTo("9");
            assertThatThrownBy(() -> ServerProbe.health(TestProtocol.settings(url, null)))
                    .hasCauseInstanceOf(SSLException.class);
        }
    }

    private static SSLContext tls() throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream file = RefusalsTest.class.getResourceAsStream("test.p12")) {
            keys.load(file, "changeit".toCharArray());
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(keys, "changeit".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(factory.getKeyManagers(), null, null);
        return context;
    }

    private void answer(int status, String type, String body) {
        server.on(WorkerHttp.PROGRESS, exchange -> WireServer.send(exchange, status, type, body));
    }

    private ProtocolException refused() throws Exception {
        Throwable failure = TestProtocol.failure(protocol.progress(PROGRESS));
        assertThat(failure).isInstanceOf(ProtocolException.class);
        return (ProtocolException) failure;
    }
}
