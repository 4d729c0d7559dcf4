package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import pond.testing.TestReceiver;
import pond.testing.TestReceiver.Seen;

/** A delivery survives {@code kill -9} of the server while its receiver has the request and has not answered. */
class WebhookKillIT {
    private static final Map<String, String> SETTINGS = Map.of("POND_WEBHOOK_ALLOWED_HOSTS", "127.0.0.1");
    private static final String SECRET = "a-secret-that-shows-nowhere-42";

    @TempDir
    private Path folder;

    @Test
    @Timeout(180)
    void theNextServerSendsItOnceMoreAndTheReceiverKnowsItByItsId() {
        Path state = folder.resolve("state");
        String run;
        Seen first;
        int port;
        try (ServerProcess server = ServerProcess.serve(folder, state, SETTINGS);
                TestReceiver hanging = TestReceiver.hanging()) {
            port = hanging.port();
            String callback = "\"callback\":{\"url\":\"%s\",\"secret\":\"%s\"}".formatted(hanging.url(), SECRET);
            run = server.client().submit(Body.with(callback, Body.noop("a")));
            first = hanging.await(1);
            server.kill();
            assertThat(server.output()).doesNotContain(SECRET);
        }

        try (TestReceiver receiver =
                        TestReceiver.start(port, (exchange, number) -> exchange.sendResponseHeaders(200, -1));
                ServerProcess server = ServerProcess.serve(folder, state, SETTINGS)) {
            Client client = server.client();
            Seen second = receiver.await(1);

            assertThat(second.isSignedWith(SECRET)).isTrue();
            assertThat(second.body()).isEqualTo(first.body());
            assertThat(second.header("Pond-delivery")).isEqualTo(first.header("Pond-delivery"));
            JsonNode delivery = Awaitility.await()
                    .atMost(30, TimeUnit.SECONDS)
                    .until(
                            () -> client.get("/v1/runs/" + run + "/deliveries")
                                    .json()
                                    .at("/deliveries/0"),
                            found -> found.path("status").asText().equals("delivered"));
            assertThat(delivery.path("id").asText()).isEqualTo(first.header("Pond-delivery"));
            assertThat(receiver.seen).hasSize(1);
        }
    }
}
