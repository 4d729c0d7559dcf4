package pond.worker.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static pond.worker.broker.TestBroker.line;

import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import pond.common.definition.Budget;
import pond.common.json.Json;
import pond.worker.broker.model.Dialect;
import pond.worker.broker.model.Dialects;
import pond.worker.broker.model.ModelServer;
import pond.worker.broker.model.Turn;

class GateTest {
    private static final Dialect CHAT = Dialects.CHAT;
    private final ModelServer models;

    GateTest() throws IOException {
        models = ModelServer.start();
    }

    @AfterEach
    void stop() throws IOException {
        models.close();
    }

    @ParameterizedTest
    @CsvSource({
        "CONNECT api.openai.com:443,405",
        "POST http://elsewhere.test/v1/messages,400",
        "POST /v1/../v1/messages,400",
        "POST /v1/./messages,400",
        "POST //v1/messages,400",
        "POST /v1%2fmessages,400",
        "POST /v1/%2E%2e/messages,400",
        "POST /v1\\messages,400",
        "POST /v1/messages#x,400",
        "GET /v1/messages,404",
        "POST /v1/messages/batches,404",
        "POST /v1/files,404",
        "DELETE /v1/models,404",
        "POST /v1/messages/,404"
    })
    void onlyListedPathsInPlainFormPass(String line, int status) throws Exception {
        try (TestBroker broker = TestBroker.of(Dialects.MESSAGES, models.url());
                Client client = broker.client()) {
            Client.Response answer = client.call(line, broker.key(Dialects.MESSAGES), "");

            assertThat(answer.status()).isEqualTo(status);
            assertThat(Json.readTree(answer.body())
                            .path("error")
                            .path("message")
                            .asText())
                    .isNotBlank();
            assertThat(models.seen()).isEmpty();
            assertThat(broker.records).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "POST /v1/messages HTTP/1.0~Host: x~~|505",
                "POST /v1/messages HTTP/1.1~~|400",
                "POST /v1/messages HTTP/1.1~Host: x~Host: y~~|400",
                "POST  /v1/messages HTTP/1.1~Host: x~~|400",
                "POST /v1/messages HTTP/1.1~Host : x~~|400",
                "POST /v1/messages HTTP/1.1~Host: x~ folded: y~~|400",
                "POST /v1/messages HTTP/1.1~Host: x~Content-Length: 5~Transfer-Encoding: chunked~~|400",
                "POST /v1/messages HTTP/1.1~Host: x~Content-Length: 5~Content-Length: 5~~|400",
                "POST /v1/messages HTTP/1.1~Host: x~Content-Length: +5~~|400",
                "POST /v1/messages HTTP/1.1~Host: x~Transfer-Encoding: gzip, chunked~~|501",
                "nonsense~~|400"
            })
    void aHeadWithTwoReadingsIsRefused(String head, int status) throws Exception {
        try (TestBroker broker = TestBroker.of(Dialects.MESSAGES, models.url());
                Client client = broker.client()) {
            client.send(head.replace("~", "\r\n"));

            assertThat(client.untilClosed()).startsWith("HTTP/1.1 " + status + " ");
            assertThat(models.seen()).isEmpty();
        }
    }

    @Test
    void aHeadIsBoundedInLengthAndTime() throws Exception {
        try (TestBroker broker = TestBroker.of(CHAT, models.url());
                Client longHead = broker.client();
                Client slow = broker.client()) {
            slow.send("POST /v1/chat/comp");
            longHead.send("GET /v1/models HTTP/1.1\r\nHost: x\r\nX: " + "y".repeat(33 * 1024));

            assertThat(longHead.head().status()).isEqualTo(431);
            assertThat(slow.untilClosed()).isEmpty();
        }
    }

    @Test
    void aWebSocketIsSentToPlainHttp() throws Exception {
        try (TestBroker broker = TestBroker.of(Dialects.RESPONSES, models.url());
                Client client = broker.client()) {
            client.send("GET /v1/responses HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");

            assertThat(client.head().status()).isEqualTo(426);
        }
    }

    @Test
    void theDummyKeyMustStandWhereTheProvidersKeyGoes() throws Exception {
        for (Dialect dialect : Dialects.ALL) {
            try (TestBroker broker = TestBroker.of(dialect, models.url());
                    Client client = broker.client()) {
                String key = broker.door.dummyKey();
                for (String header : new String[] {
                    "",
                    dialect.keyHeader("wrong") + "\r\n",
                    dialect.keyHeader(TestBroker.KEY) + "\r\n",
                    "X-Other: " + key + "\r\n",
                    dialect.keyHeader(key) + "\r\n" + dialect.keyHeader("wrong") + "\r\n"
                }) {
                    Client.Response answer = client.call(line(dialect, false), header, "");

                    assertThat(answer.status()).isEqualTo(401);
                    assertThat(answer.body().toLowerCase(Locale.ROOT)).contains("authenticat");
                }
                assertThat(models.seen()).isEmpty();
            }
        }
    }

    @Test
    void geminiTakesTheKeyInTheQueryAndClaudeAsBearer() throws Exception {
        try (TestBroker broker = TestBroker.of(Dialects.GEMINI, models.url());
                Client client = broker.client()) {
            String line = "POST /v1beta/models/m:streamGenerateContent?key=" + broker.door.dummyKey() + "&alt=sse";
            assertThat(client.call(line, "", "{}").status()).isEqualTo(200);
            assertThat(models.seen().get(0).head().target())
                    .isEqualTo("/v1beta/models/m:streamGenerateContent?alt=sse");
        }
        try (TestBroker broker = TestBroker.of(Dialects.MESSAGES, models.url());
                Client client = broker.client()) {
            String bearer = "Authorization: Bearer " + broker.door.dummyKey() + "\r\n";
            assertThat(client.call(line(Dialects.MESSAGES, false), bearer, "{\"model\":\"m\"}")
                            .status())
                    .isEqualTo(200);
            assertThat(models.seen().get(1).head().headers().all("x-api-key")).containsExactly(TestBroker.KEY);
            assertThat(models.seen().get(1).head().headers().all("authorization"))
                    .isEmpty();
        }
    }

    @Test
    void whatTheClientMayNotTellIsStripped() throws Exception {
        try (TestBroker broker = TestBroker.of(CHAT, models.url());
                Client client = broker.client()) {
            String headers = broker.key(CHAT)
                    + "Cookie: a=b\r\nx-api-key: k\r\nOpenAI-Organization: o\r\nX-Forwarded-For: 1.2.3.4\r\n"
                    + "Connection: keep-alive, X-Hop\r\nX-Hop: 1\r\nAccept-Encoding: br, zstd\r\nX-Kept: yes\r\n";
            client.call(line(CHAT, false), headers, CHAT.request("m", false));

            var seen = models.seen().get(0).head().headers();
            assertThat(seen.fields())
                    .extracting(field -> field.lowerName())
                    .containsExactlyInAnyOrder("host", "x-kept", "authorization", "accept-encoding", "content-length");
            assertThat(seen.all("accept-encoding")).containsExactly("identity");
            assertThat(seen.all("authorization")).containsExactly("Bearer " + TestBroker.KEY);
        }
    }

    @Test
    void freeCallsAreForwardedWithoutARecordAndTheRootIsAnsweredHere() throws Exception {
        try (TestBroker broker = TestBroker.of(Dialects.MESSAGES, models.url());
                Client client = broker.client()) {
            String key = broker.key(Dialects.MESSAGES);
            assertThat(client.call("POST /v1/messages/count_tokens", key, "{}").body())
                    .contains("1200");
            assertThat(client.call("GET /v1/models", key, "").status()).isEqualTo(200);
            client.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(client.head().status()).isEqualTo(200);

            assertThat(models.seen()).hasSize(2);
            assertThat(broker.records).isEmpty();
        }
    }

    @Test
    void usageIsAskedForAndTheExtraChunkIsKeptFromAClientThatDidNot() throws Exception {
        try (TestBroker broker = TestBroker.of(CHAT, models.url());
                Client client = broker.client()) {
            String plain = CHAT.request("m", true);
            String asking = plain.replace("{\"model\"", "{\"stream_options\":{\"include_usage\":true},\"model\"");
            String without =
                    client.call(line(CHAT, true), broker.key(CHAT), plain).body();
            String with =
                    client.call(line(CHAT, true), broker.key(CHAT), asking).body();

            assertThat(without).endsWith("data: [DONE]\n\n").doesNotContain("prompt_tokens");
            assertThat(with).endsWith("data: [DONE]\n\n").contains("prompt_tokens");
            assertThat(models.seen().get(0).body()).isEqualTo(asking);
            assertThat(models.seen().get(1).body()).isEqualTo(asking);
            await().until(() -> broker.records.size() == 2);
            assertThat(broker.records)
                    .allSatisfy(record -> assertThat(record.outputTokens()).isEqualTo(42));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"model\":\"model-1\",\"model\":\"model-2\"}",
                "{\"model\":\"model-1\",\"MODEL\":\"model-2\"}",
                "{\"model\":\"model-1\"",
                "",
                "{\"model\":\"model-1\",\"background\":true}"
            })
    void aBodyThatCouldBeReadInTwoWaysOrNotBeMeteredIsRefused(String body) throws Exception {
        try (TestBroker broker = TestBroker.of(Dialects.RESPONSES, models.url());
                Client client = broker.client()) {
            assertThat(client.call("POST /v1/responses", broker.key(CHAT), body).status())
                    .isEqualTo(400);
            assertThat(models.seen()).isEmpty();
        }
    }

    @Test
    void onlyTheJobsModelsMayBeAskedFor() throws Exception {
        for (Dialect dialect : Dialects.ALL) {
            BrokerJob job = TestBroker.job(TestBroker.provider(dialect), models.url(), Budget.UNLIMITED, "model-1");
            try (TestBroker broker = new TestBroker(job);
                    Client client = broker.client()) {
                String other = "POST " + dialect.target("model-2", false);
                assertThat(client.call(other, broker.key(dialect), dialect.request("model-2", false))
                                .status())
                        .isEqualTo(403);
                assertThat(broker.call(dialect, false).status()).isEqualTo(200);
            }
        }
        assertThat(models.seen()).hasSize(4);
    }

    @Test
    void aUsedUpBudgetEndsInAPaymentErrorAndIsToldOnce() throws Exception {
        for (Dialect dialect : Dialects.ALL) {
            for (Budget budget : new Budget[] {new Budget(null, 1500L), new Budget(1900L, null)}) {
                BrokerJob job = TestBroker.job(TestBroker.provider(dialect), models.url(), budget);
                try (TestBroker broker = new TestBroker(job)) {
                    assertThat(broker.call(dialect, true).status()).isEqualTo(200);
                    await().until(() -> broker.exceeded.size() == 1);
                    for (int i = 0; i < 2; i++) {
                        Client.Response answer = broker.call(dialect, true);
                        assertThat(answer.status()).isEqualTo(402);
                        assertThat(answer.body()).contains("is used up");
                    }
                    assertThat(broker.exceeded).hasSize(1);
                    assertThat(broker.records).hasSize(1);
                }
            }
        }
    }

    @Test
    void tooLargeABodyIsRefusedHoweverItIsFramed() throws Exception {
        try (TestBroker broker = TestBroker.of(CHAT, models.url());
                Client counted = broker.client();
                Client chunked = broker.client()) {
            counted.send("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n" + broker.key(CHAT)
                    + "Content-Length: 9000000\r\n\r\n");
            chunked.send("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n" + broker.key(CHAT)
                    + "Transfer-Encoding: chunked\r\n\r\n" + ("10000\r\n" + " ".repeat(65536) + "\r\n").repeat(17));

            assertThat(counted.head().status()).isEqualTo(413);
            assertThat(chunked.head().status()).isEqualTo(413);
        }
    }

    @Test
    void whatCannotBeBrokeredIsRefusedByName() {
        assertThatThrownBy(() -> open("bedrock", Map.of(), Map.of("API_KEY", "k")))
                .isInstanceOf(BrokerRefused.class)
                .hasMessageContaining("'bedrock' cannot be brokered");
        assertThatThrownBy(() -> open("openai-compatible", Map.of(), Map.of("API_KEY", "k")))
                .hasMessageContaining("says nowhere");
        assertThatThrownBy(() -> open("openai", Map.of(), Map.of("A", "k", "B", "k")))
                .hasMessageContaining("has no secret named OPENAI_API_KEY");
        assertThatThrownBy(() -> open("openai", Map.of(), Map.of("API_KEY", "se\r\ncret")))
                .hasMessageNotContaining("cret");
        for (String base : new String[] {"ftp://x", "http://user:pw@x", "http://x?y=secret", "secret one", "/v1"}) {
            assertThatThrownBy(() -> open("openai", Map.of("OPENAI_BASE_URL", base), Map.of("API_KEY", "k")))
                    .isInstanceOf(BrokerRefused.class)
                    .hasMessageNotContaining("secret one");
        }
    }

    @Test
    void aServerThatWantsNoKeyIsGivenNone() throws Exception {
        BrokerJob job = new BrokerJob(
                "openai-compatible",
                Map.of("OPENAI_BASE_URL", models.url()),
                Map.of(),
                Set.of(),
                Budget.UNLIMITED,
                TestBroker.RATES,
                TestBroker.QUICK);
        try (TestBroker broker = new TestBroker(job)) {
            assertThat(broker.call(CHAT, false).status()).isEqualTo(200);
        }
        assertThat(models.seen().get(0).head().headers().first("authorization")).isEmpty();
    }

    private static void open(String provider, Map<String, String> env, Map<String, String> secrets) throws Exception {
        new TestBroker(new BrokerJob(
                        provider, env, secrets, Set.of(), Budget.UNLIMITED, TestBroker.RATES, BrokerLimits.DEFAULT))
                .close();
    }

    @Test
    void callsAtOnceAreBounded() throws Exception {
        BrokerLimits one = new BrokerLimits(
                1000,
                1000,
                1,
                TestBroker.QUICK.headTime(),
                TestBroker.QUICK.bodyTime(),
                TestBroker.QUICK.silence(),
                TestBroker.QUICK.connectTime(),
                TestBroker.QUICK.drainTime(),
                TestBroker.QUICK.idleTime());
        BrokerJob job = TestBroker.job("openai", models.url(), Budget.UNLIMITED, one);
        try (TestBroker broker = new TestBroker(job);
                Client first = broker.client()) {
            models.script(Turn.good().slow(Duration.ofMillis(100)));
            first.request(line(CHAT, true), broker.key(CHAT), CHAT.request("m", true));
            first.head();
            Client.Response second = broker.call(CHAT, false);

            assertThat(second.status()).isEqualTo(429);
            assertThat(second.header("retry-after")).isEqualTo("1");
        }
    }
}
