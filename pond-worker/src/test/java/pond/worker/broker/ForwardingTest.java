package pond.worker.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static pond.worker.broker.TestBroker.line;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import pond.common.protocol.UsageRecord;
import pond.common.protocol.UsageRecord.UsageSource;
import pond.worker.broker.http.ResponseHead;
import pond.worker.broker.model.Dialect;
import pond.worker.broker.model.Dialects;
import pond.worker.broker.model.ModelServer;
import pond.worker.broker.model.Reply;
import pond.worker.broker.model.Turn;

class ForwardingTest {
    private static final Dialect CHAT = Dialects.CHAT;
    private final ModelServer models;

    ForwardingTest() throws IOException {
        models = ModelServer.start();
    }

    static Stream<Dialect> dialects() {
        return Dialects.ALL.stream();
    }

    @BeforeEach
    void noTurnIsLeft() {
        assertThat(models.seen()).isEmpty();
    }

    @AfterEach
    void stop() throws IOException {
        models.close();
    }

    @ParameterizedTest
    @MethodSource("dialects")
    void aCallIsForwardedAndCountedWholeAndStreamed(Dialect dialect) throws Exception {
        try (TestBroker broker = TestBroker.of(dialect, models.url())) {
            for (boolean stream : new boolean[] {false, true}) {
                Client.Response answer = broker.call(dialect, stream);

                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.body()).contains("All done");
                assertThat(answer.header("x-request-id")).isEqualTo(ModelServer.REQUEST_ID);
                assertThat(answer.header("set-cookie") + answer.header("x-internal-node"))
                        .isEmpty();
            }
            await().until(() -> broker.records.size() == 2);
            assertThat(broker.records).allSatisfy(record -> {
                assertUsed(record);
                assertThat(record.usageSource()).isEqualTo(UsageSource.PROVIDER);
                assertThat(record.httpStatus()).isEqualTo(200);
                assertThat(record.model()).isEqualTo("model-1");
                assertThat(record.requestId()).isEqualTo(ModelServer.REQUEST_ID);
            });
            assertThat(broker.door.stats()).isEqualTo(new BrokerStats(2, 0, 0, 2 * 1542, 2 * 1920));
        }
    }

    @ParameterizedTest
    @MethodSource("dialects")
    void theBytesOfAnAnswerAreThoseOfTheProvider(Dialect dialect) throws Exception {
        try (TestBroker broker = TestBroker.of(dialect, models.url());
                Client direct = new Client(address(models.url()))) {
            models.script(Turn.good().saying(ForwardingTest::fixed), Turn.good().saying(ForwardingTest::fixed));
            String body = dialect.request("model-1", true);
            if (dialect == CHAT) {
                body = body.replace("\"stream\":true", "\"stream\":true,\"stream_options\":{\"include_usage\":true}");
            }
            Client.Response brokered;
            try (Client client = broker.client()) {
                brokered = client.call(line(dialect, true), broker.key(dialect), body);
            }

            assertThat(brokered.body())
                    .isEqualTo(direct.call(line(dialect, true), "", body).body());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 402, 404, 429, 500, 503, 529})
    void anErrorOfTheProviderIsPassedOnAndRecorded(int status) throws Exception {
        for (Dialect dialect : Dialects.ALL) {
            try (TestBroker broker = TestBroker.of(dialect, models.url())) {
                models.script(Turn.status(status, "Retry-After: 7"));
                Client.Response answer = broker.call(dialect, true);

                assertThat(answer.status()).isEqualTo(status);
                assertThat(answer.header("retry-after")).isEqualTo("7");
                assertThat(answer.body()).isEqualTo(dialect.error(status, "The server says " + status + "."));
                await().until(() -> broker.records.size() == 1);
                UsageRecord record = broker.records.get(0);
                assertThat(record.httpStatus()).isEqualTo(status);
                assertThat(record.usageSource()).isEqualTo(UsageSource.NONE);
                assertThat(record.model()).isEqualTo("model-1");
                assertThat(broker.door.stats().tokens()).isZero();
                assertThat(broker.door.stats().failed()).isEqualTo(1);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403})
    void aRejectedKeyIsOursNotTheAgents(int status) throws Exception {
        try (TestBroker broker = TestBroker.of(CHAT, models.url())) {
            models.script(Turn.status(status));
            Client.Response answer = broker.call(CHAT, false);

            assertThat(answer.status()).isEqualTo(502);
            assertThat(answer.body()).isEqualTo("broker_credentials_rejected\n");
            await().until(() -> broker.records.size() == 1);
            assertThat(broker.records.get(0).httpStatus()).isEqualTo(status);
        }
    }

    @Test
    void aRedirectIsNotFollowed() throws Exception {
        try (TestBroker broker = TestBroker.of(CHAT, models.url())) {
            models.script(Turn.status(307, "Location: " + models.url() + "/v1/elsewhere"));
            Client.Response answer = broker.call(CHAT, false);

            assertThat(answer.status()).isEqualTo(502);
            assertThat(answer.header("location")).isEmpty();
            assertThat(models.seen()).hasSize(1);
        }
    }

    @ParameterizedTest
    @MethodSource("dialects")
    void aCutStreamKeepsWhatWasCountedAndIsMarked(Dialect dialect) throws Exception {
        try (TestBroker broker = TestBroker.of(dialect, models.url());
                Client client = broker.client()) {
            models.script(Turn.good().cut(4));
            client.request(line(dialect, true), broker.key(dialect), dialect.request("model-1", true));

            assertThatThrownBy(client::response).isInstanceOf(IOException.class);
            await().until(() -> broker.records.size() == 1);
            UsageRecord record = broker.records.get(0);
            assertThat(record.usageSource()).isEqualTo(UsageSource.ESTIMATED);
            assertThat(record.httpStatus()).isEqualTo(200);
            assertThat(record.inputTokens()).isPositive();
            if (Dialects.ALL.indexOf(dialect) % 3 == 0) {
                assertThat(record.inputTokens()).isEqualTo(1200);
            }
            assertThat(broker.door.stats().failed()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @MethodSource("dialects")
    void anErrorInsideAStreamIsPassedOnAndMarked(Dialect dialect) throws Exception {
        try (TestBroker broker = TestBroker.of(dialect, models.url())) {
            models.script(Turn.good().failingInside());
            Client.Response answer = broker.call(dialect, true);

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.body()).contains("error");
            await().until(() -> broker.records.size() == 1);
            assertThat(broker.records.get(0).usageSource()).isEqualTo(UsageSource.ESTIMATED);
            assertThat(broker.door.stats().failed()).isEqualTo(1);
            assertThat(broker.log).anyMatch(line -> line.contains("error"));
        }
    }

    @ParameterizedTest
    @MethodSource("dialects")
    void usageToldOftenCountsOnceAndZippedAnswersCountToo(Dialect dialect) throws Exception {
        try (TestBroker broker = TestBroker.of(dialect, models.url())) {
            models.script(
                    Turn.good().saying(Reply::repeating),
                    Turn.good().packed(),
                    Turn.good().packed());
            broker.call(dialect, true);
            Client.Response zipped = broker.call(dialect, true);
            broker.call(dialect, false);

            assertThat(zipped.header("content-encoding")).isEqualTo("gzip");
            await().until(() -> broker.records.size() == 3);
            assertThat(broker.records).allSatisfy(record -> {
                assertUsed(record);
                assertThat(record.usageSource()).isEqualTo(UsageSource.PROVIDER);
            });
        }
    }

    @Test
    void usageThatIsNotToldIsUnknownAndNotZeroForTheBudget() throws Exception {
        try (TestBroker broker = TestBroker.of(CHAT, models.url())) {
            models.script(Turn.good().saying(Reply::silent));
            broker.call(CHAT, true);

            await().until(() -> broker.records.size() == 1);
            assertThat(broker.records.get(0).usageSource()).isEqualTo(UsageSource.NONE);
            assertThat(broker.door.stats().costMicros()).isPositive();
            assertThat(broker.door.stats().tokens()).isPositive();
        }
    }

    @Test
    void anUnreachableProviderIsNamedAsSuch() throws Exception {
        String url;
        try (ServerSocket gone = new ServerSocket(0)) {
            url = "http://127.0.0.1:" + gone.getLocalPort();
        }
        for (Dialect dialect : Dialects.ALL) {
            try (TestBroker broker = TestBroker.of(dialect, url)) {
                Client.Response answer = broker.call(dialect, true);

                assertThat(answer.status()).isEqualTo(502);
                assertThat(answer.body()).startsWith("{").contains("error", "no connection to the provider");
                await().until(() -> broker.records.size() == 1);
                assertThat(broker.records.get(0).httpStatus()).isEqualTo(502);
                assertThat(broker.records.get(0).usageSource()).isEqualTo(UsageSource.NONE);
            }
        }
    }

    @Test
    void aSilentProviderIsATimeoutBeforeItsAnswerAndACutInIt() throws Exception {
        try (ServerSocket silent = new ServerSocket(0);
                TestBroker broker = TestBroker.of(CHAT, "http://127.0.0.1:" + silent.getLocalPort())) {
            assertThat(broker.call(CHAT, true).status()).isEqualTo(504);
        }
        try (TestBroker broker = TestBroker.of(CHAT, models.url());
                Client client = broker.client()) {
            models.script(Turn.good().slow(Duration.ofMinutes(1)));
            client.request(line(CHAT, true), broker.key(CHAT), CHAT.request("model-1", true));

            ResponseHead head = client.head();
            assertThat(head.status()).isEqualTo(200);
            assertThatThrownBy(() -> client.rest(head)).isInstanceOf(IOException.class);
            await().until(() -> broker.records.size() == 1);
            assertThat(broker.log).anyMatch(line -> line.contains("silent"));
        }
    }

    @Test
    void aClientThatLeavesIsCountedToTheEnd() throws Exception {
        try (TestBroker broker = TestBroker.of(CHAT, models.url())) {
            models.script(Turn.good().slow(Duration.ofMillis(20)));
            try (Client client = broker.client()) {
                client.request(line(CHAT, true), broker.key(CHAT), CHAT.request("model-1", true));
                client.head();
                client.read();
            }

            await().until(() -> broker.records.size() == 1);
            assertUsed(broker.records.get(0));
            assertThat(broker.records.get(0).usageSource()).isEqualTo(UsageSource.PROVIDER);
        }
    }

    @Test
    void theDoorTellsOfSignsOfLifeAndOfTheLastTrouble() throws Exception {
        try (TestBroker broker = TestBroker.of(CHAT, models.url())) {
            assertThat(broker.door.lastByte()).isEmpty();
            models.script(Turn.status(429), Turn.good().cut(1));

            broker.call(CHAT, true);
            await().until(() -> broker.door.trouble().equals(Optional.of("the provider answered 429")));
            long first = broker.door.lastByte().orElseThrow();

            try (Client client = broker.client()) {
                client.request(line(CHAT, true), broker.key(CHAT), CHAT.request("model-1", true));
                await().until(() -> broker.records.size() == 2);
            }
            await().until(() -> broker.door.trouble().equals(Optional.of("the provider's answer was cut")));
            assertThat(broker.door.lastByte().orElseThrow()).isGreaterThan(first);

            broker.call(CHAT, true);
            await().until(() -> broker.door.trouble().isEmpty());
        }
    }

    @Test
    void closingTheDoorRecordsWhatIsUnderWay() throws Exception {
        TestBroker broker = TestBroker.of(CHAT, models.url());
        models.script(Turn.good().slow(Duration.ofMillis(700)));
        try (Client client = broker.client()) {
            client.request(line(CHAT, true), broker.key(CHAT), CHAT.request("model-1", true));
            client.head();
            client.read();
            broker.close();
        }

        assertThat(broker.records).extracting(UsageRecord::usageSource).containsExactly(UsageSource.ESTIMATED);
        assertThat(broker.door.socket()).doesNotExist();
    }

    private static void assertUsed(UsageRecord record) {
        assertThat(List.of(
                        record.inputTokens(),
                        record.cacheReadTokens(),
                        record.cacheWriteTokens(),
                        record.outputTokens(),
                        record.reasoningTokens()))
                .isEqualTo(List.of(1200L, 300L, 0L, 42L, 10L));
    }

    private static Reply fixed(Reply reply) {
        return Reply.of(reply.model(), reply.text(), reply.tokens());
    }

    private static InetSocketAddress address(String url) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(url.replaceFirst(".*:", "")));
    }
}
