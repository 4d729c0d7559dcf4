package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.server.scenarios.Client.status;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;
import pond.common.json.Json;
import pond.testing.TestReceiver;
import pond.testing.TestReceiver.Seen;

/** Runs that tell a receiver of their end, over the whole server. */
class WebhookScenariosTest {
    private static final String SECRET = "a-secret-that-shows-nowhere-42";

    @TempDir
    private static Path folder;

    private static TestPond pond;
    private static Client service;

    @BeforeAll
    static void start() {
        pond = TestPond.start(folder.resolve("state"), "POND_WEBHOOK_ALLOWED_HOSTS", "127.0.0.1");
        service = pond.service();
    }

    @AfterAll
    static void stop() {
        pond.close();
    }

    private static String callback(String url) {
        return "\"callback\":{\"url\":\"%s\",\"secret\":\"%s\"}".formatted(url, SECRET);
    }

    private static JsonNode delivery(Client client, String run, String status) {
        return Awaitility.await("a delivery that is " + status)
                .atMost(60, TimeUnit.SECONDS)
                .until(
                        () -> client.get("/v1/runs/" + run + "/deliveries")
                                .json()
                                .at("/deliveries/0"),
                        found -> found.path("status").asText().equals(status));
    }

    @Test
    void theRunIsSentAsItIsReadAndTheSecretIsInNoAnswerAndNoLog() {
        Logger root = (Logger) LoggerFactory.getLogger("pond.server");
        Level before = root.getLevel();
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        root.addAppender(lines);
        root.setLevel(Level.DEBUG);
        try (TestReceiver receiver = TestReceiver.answering(200)) {
            String body = Body.with(
                    callback(receiver.url()) + ",\"context\":{\"n\":1.50},\"labels\":{\"team\":\"red\"}",
                    Body.noop("a"));
            Client.Answer submitted = service.post("/v1/runs", body);
            String run = submitted.json().path("id").asText();
            JsonNode details = service.end(run);
            JsonNode delivery = delivery(service, run, "delivered");

            Seen seen = receiver.await(1);
            ObjectNode read = details.path("run").deepCopy();
            read.remove(List.of("definition", "reruns"));
            assertThat(seen.isSignedWith(SECRET)).isTrue();
            assertThat(Json.readTree(seen.body()).path("run")).isEqualTo(read);
            assertThat(read.at("/callback/url").asText()).isEqualTo(receiver.url());
            assertThat(read.at("/callback/secret").asText()).isEqualTo("***");
            assertThat(delivery.path("url").asText()).isEqualTo(receiver.url());
            assertThat(delivery.path("event").asText()).isEqualTo("run.ended");
            assertThat(List.of(
                            submitted.body(),
                            details.toString(),
                            service.get("/v1/runs").body(),
                            service.get("/v1/runs/" + run + "/deliveries").body(),
                            service.get("/v1/runs/" + run + "/logs").body(),
                            seen.body()))
                    .allSatisfy(text -> assertThat(text).doesNotContain(SECRET));
            assertThat(lines.list.stream()
                            .map(ILoggingEvent::getFormattedMessage)
                            .collect(Collectors.joining("\n")))
                    .contains(delivery.path("id").asText())
                    .doesNotContain(SECRET);
        } finally {
            root.detachAppender(lines);
            root.setLevel(before);
        }
    }

    @Test
    void aReRunTellsTheSameReceiver() {
        try (TestReceiver receiver = TestReceiver.answering(200)) {
            String first = service.submit(Body.with(callback(receiver.url()), Body.noop("a")));
            service.end(first);
            Client.Answer rerun = service.post("/v1/runs/" + first + "/rerun", "{}");
            String second = rerun.json().path("id").asText();
            service.end(second);

            delivery(service, second, "delivered");
            Seen seen = receiver.await(2);
            assertThat(seen.isSignedWith(SECRET)).isTrue();
            assertThat(Json.readTree(seen.body()).at("/run/id").asText()).isEqualTo(second);
            assertThat(Json.readTree(seen.body()).at("/run/rerunOf/run").asText())
                    .isEqualTo(first);
            assertThat(rerun.body()).doesNotContain(SECRET);
        }
    }

    @Test
    void runsThatFailOrAreCancelledTellToo() {
        try (TestReceiver receiver = TestReceiver.answering(200)) {
            String failing = service.submit(Body.with(callback(receiver.url()), Body.shell("a", "exit 3")));
            assertThat(Json.readTree(receiver.await(1).body()).at("/run/status").asText())
                    .isEqualTo("failed");
            assertThat(Json.readTree(receiver.await(1).body())
                            .at("/run/error/code")
                            .asText())
                    .isEqualTo(service.end(failing).at("/run/error/code").asText());

            String endless = service.submit(Body.with(callback(receiver.url()), Body.noop("a", 2000)));
            service.untilStage(endless, "a", "running");
            service.cancel(endless);
            assertThat(Json.readTree(receiver.await(2).body()).at("/run/status").asText())
                    .isEqualTo("cancelled");
        }
    }

    @Test
    void deliveriesAreForThoseWhoMaySeeTheRun() {
        Client garden = pond.project(TestPond.PROJECT);
        Client orchard = pond.project("orchard");
        try (TestReceiver receiver = TestReceiver.answering(200)) {
            String run = garden.submit(Body.with(callback(receiver.url()), Body.noop("a")));
            String id = delivery(garden, run, "delivered").path("id").asText();
            String path = "/v1/runs/" + run + "/deliveries";

            assertThat(orchard.get(path).status()).isEqualTo(404);
            assertThat(orchard.post(path + "/" + id + "/redeliver", "").status())
                    .isEqualTo(404);
            assertThat(garden.post(path + "/" + run + "/redeliver", "").status())
                    .isEqualTo(404);
            assertThat(garden.post(path + "/x/redeliver", "").status()).isEqualTo(404);
            assertThat(garden.get(path + "?page=2").status()).isEqualTo(422);

            Client.Answer again = garden.post(path + "/" + id + "/redeliver", "");
            assertThat(again.status()).isEqualTo(202);
            assertThat(again.json().path("id").asText()).isEqualTo(id);
            assertThat(again.json().path("status").asText()).isEqualTo("pending");
            assertThat(receiver.await(2).header("Pond-delivery")).isEqualTo(id);
            assertThat(delivery(garden, run, "delivered").path("attempts")).hasSize(2);
        }
    }

    @Test
    void aPendingDeliveryIsNotAskedForAgain() {
        try (TestReceiver hanging = TestReceiver.hanging()) {
            String run = service.submit(Body.with(callback(hanging.url()), Body.noop("a")));
            hanging.await(1);
            String id = delivery(service, run, "pending").path("id").asText();

            assertThat(service.post("/v1/runs/" + run + "/deliveries/" + id + "/redeliver", "")
                            .status())
                    .isEqualTo(409);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "http://hooks.example.com/ | field 'url' is refused: plain http is only for hosts that this server's operator allows",
                "https://127.0.0.2/ | field 'url' is refused: a host must be a name, not an address",
                "https://[::1]/ | field 'url' is refused: a host must be a name, not an address",
                "https://0x7f.1/ | field 'url' must be an absolute https or http address",
                "https://169.254.169.254/latest | field 'url' is refused: a host must be a name, not an address",
                "https://user@hooks.example.com/ | field 'url' must not hold a user name or password; the secret proves who has sent it",
            })
    void anAddressThatCannotBeIsRefusedAtSubmitAndByThePreflightAlike(String url, String message) {
        String body = Body.with(callback(url), Body.noop("a"));
        JsonNode preflight = service.post("/v1/runs/preflight", body).json();
        Client.Answer submit = service.post("/v1/runs", body);

        assertThat(preflight.path("ok").booleanValue()).isFalse();
        assertThat(submit.status()).isEqualTo(422);
        for (JsonNode problems :
                List.of(preflight.path("problems"), submit.json().path("problems"))) {
            assertThat(problems).singleElement().satisfies(problem -> {
                assertThat(problem.path("code").asText()).isEqualTo("callback_invalid");
                assertThat(problem.path("field").asText()).isEqualTo("callback.url");
                assertThat(problem.path("message").asText()).isEqualTo(message);
            });
        }
        assertThat(submit.body()).doesNotContain(SECRET);
    }

    @Test
    void aReceiverThatWasDownGetsItFromTheNextServer() {
        Path state = folder.resolve("restarted");
        int port = TestReceiver.freePort();
        String run;
        try (TestPond first = TestPond.start(state, "POND_WEBHOOK_ALLOWED_HOSTS", "127.0.0.1")) {
            run = first.service().submit(Body.with(callback("http://127.0.0.1:" + port + "/hook"), Body.noop("a")));
            assertThat(status(first.service().end(run))).isEqualTo("done");
        }
        try (TestReceiver receiver =
                        TestReceiver.start(port, (exchange, number) -> exchange.sendResponseHeaders(200, -1));
                TestPond second = TestPond.start(state, "POND_WEBHOOK_ALLOWED_HOSTS", "127.0.0.1")) {
            assertThat(receiver.await(1).isSignedWith(SECRET)).isTrue();
            assertThat(delivery(second.service(), run, "delivered").path("id").asText())
                    .isEqualTo(receiver.await(1).header("Pond-delivery"));
        }
    }
}
