package pond.server.webhooks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.common.api.DeliveryStatus;
import pond.common.api.DeliveryView;
import pond.common.ids.RunId;
import pond.server.sources.guard.HostResolver;
import pond.server.sources.guard.RawServer;
import pond.testing.TestClock;
import pond.testing.TestReceiver;

/** Where nothing is sent, whatever a name or a receiver says. */
class ReceiverAddressTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    private static final HostResolver LOOPBACK = name -> List.of(InetAddress.getLoopbackAddress());

    @TempDir
    private Path folder;

    private TestWebhooks open(String allowed, HostResolver resolver) {
        return new TestWebhooks(
                folder, new TestClock(), TestWebhooks.Options.usual().allowing(allowed, resolver));
    }

    private static void assertFails(TestWebhooks webhooks, String url, String error) {
        DeliveryView delivery = webhooks.awaitAttempts(webhooks.end(url), 1);
        assertThat(delivery.status()).isEqualTo(DeliveryStatus.PENDING);
        assertThat(delivery.attempts().get(0).error()).isEqualTo(error);
        assertThat(delivery.attempts().get(0).status()).isNull();
    }

    @Test
    void aNameOfThisMachineIsRefusedUnlessItIsListed() throws IOException {
        try (RawServer server = RawServer.answering(OK);
                TestWebhooks webhooks = open("listed.test", LOOPBACK)) {
            String port = ":" + server.port() + "/";
            String refused = "the host's address is not one that this server may connect to";
            assertFails(webhooks, "https://evil.test" + port, refused);
            assertFails(
                    webhooks,
                    "http://evil.test" + port,
                    "plain http is only for hosts that this server's operator allows");
            assertFails(webhooks, "https://127.0.0.1" + port, "a host must be a name, not an address");
            assertThat(server.heads).isEmpty();

            RunId run = webhooks.end("http://listed.test" + port);
            webhooks.awaitStatus(run, DeliveryStatus.DELIVERED);
            assertThat(server.heads).singleElement().asString().startsWith("POST / HTTP/1.1\r\nHost: listed.test");
        }
    }

    @Test
    void linkLocalAndMetadataAddressesAreRefusedEvenForHostsThatAreListed() {
        HostResolver metadata = name -> List.of(InetAddress.getByName("169.254.169.254"));
        try (TestWebhooks webhooks = open("listed.test 169.254.169.254", metadata)) {
            String refused = "the host's address is not one that this server may connect to";
            assertFails(webhooks, "http://listed.test/", refused);
            assertFails(webhooks, "http://169.254.169.254/", refused);
        }
    }

    @Test
    void oneForbiddenAddressOfANameIsEnough() throws IOException {
        HostResolver both = name -> List.of(InetAddress.getLoopbackAddress(), InetAddress.getByName("169.254.169.254"));
        try (RawServer server = RawServer.answering(OK);
                TestWebhooks webhooks = open("listed.test", both)) {
            assertFails(
                    webhooks,
                    "http://listed.test:" + server.port() + "/",
                    "the host's address is not one that this server may connect to");
            assertThat(server.heads).isEmpty();
        }
    }

    @Test
    void aNameIsLookedUpOnceForEachAttempt() throws IOException {
        AtomicInteger asked = new AtomicInteger();
        HostResolver rebinding = name -> List.of(
                asked.incrementAndGet() == 1
                        ? InetAddress.getLoopbackAddress()
                        : InetAddress.getByName("169.254.169.254"));
        try (RawServer server = RawServer.answering(OK);
                TestWebhooks webhooks = open("listed.test", rebinding)) {
            RunId run = webhooks.end("http://listed.test:" + server.port() + "/");

            webhooks.awaitStatus(run, DeliveryStatus.DELIVERED);
            assertThat(asked).hasValue(1);
            assertThat(server.heads).hasSize(1);
        }
    }

    @Test
    void aRedirectIsNotFollowed() {
        try (TestReceiver inside = TestReceiver.answering(200);
                TestReceiver receiver = TestReceiver.start((exchange, number) -> {
                    exchange.getResponseHeaders().set("Location", inside.url());
                    exchange.sendResponseHeaders(number == 1 ? 302 : 307, -1);
                });
                TestWebhooks webhooks = open("127.0.0.1", HostResolver.system())) {
            RunId run = webhooks.end(receiver.url());
            webhooks.awaitAttempts(run, 1);
            webhooks.pass(Duration.ofSeconds(6));

            DeliveryView delivery = webhooks.awaitAttempts(run, 2);
            assertThat(delivery.status()).isEqualTo(DeliveryStatus.PENDING);
            assertThat(delivery.attempts())
                    .extracting(attempt -> attempt.status() + " " + attempt.error())
                    .containsExactly(
                            "302 answered 302; redirects are not followed",
                            "307 answered 307; redirects are not followed");
            assertThat(inside.seen).isEmpty();
        }
    }

    @Test
    void anAnswerThatIsNoHttpHasFailed() throws IOException {
        try (RawServer server = RawServer.answering("SSH-2.0-OpenSSH_9.2\r\n");
                TestWebhooks webhooks = open("127.0.0.1", HostResolver.system())) {
            assertFails(
                    webhooks, "http://127.0.0.1:" + server.port() + "/", "the host did not answer a request properly");
        }
    }

    @Test
    void anAnswerThatStopsInTheMiddleMeetsTheDeadline() throws IOException {
        try (RawServer server = RawServer.holding("HTTP/1.1 200 OK\r\nX-Slow: ");
                TestWebhooks webhooks = new TestWebhooks(
                        folder, new TestClock(), TestWebhooks.Options.usual().within(Duration.ofMillis(400)))) {
            assertFails(webhooks, "http://127.0.0.1:" + server.port() + "/", "no answer within 400 ms");
        }
    }
}
