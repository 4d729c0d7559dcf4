package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a server with small limits refuses, as its callers see it. */
class LimitScenariosTest {
    @TempDir
    private static Path folder;

    private static TestPond pond;

    @BeforeAll
    static void start() {
        pond = TestPond.startWithoutWaiting(
                folder,
                "POND_LOCAL_EXECUTORS",
                "",
                "POND_PROJECT_MAX_QUEUED_RUNS",
                "2",
                "POND_AUTH_FAILURES_PER_MIN",
                "3",
                "POND_TRUSTED_PROXIES",
                "127.0.0.0/8");
    }

    @AfterAll
    static void stop() {
        pond.close();
    }

    @Test
    void aRunTooManyIsToldWhyAndWhenToComeBack() {
        Client client = pond.service();
        String body = Body.of(Body.noop("a"));
        String first = client.submit(body, "Idempotency-Key", "first");
        client.submit(body);

        Client.Answer refused = client.post("/v1/runs", body);

        assertThat(refused.status()).as(refused.body()).isEqualTo(429);
        assertThat(refused.headers().firstValue("Retry-After")).contains("10");
        assertThat(refused.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(refused.json().at("/problems/0/code").asText()).isEqualTo("project_queue_full");
        Client.Answer repeated = client.post("/v1/runs", body, "Idempotency-Key", "first");
        assertThat(repeated.status()).isEqualTo(200);
        assertThat(repeated.json().path("id").asText()).isEqualTo(first);
        assertThat(pond.project("orchard")
                        .post("/v1/runs", Body.ofKey(Body.noop("a")))
                        .status())
                .isEqualTo(201);
        client.cancel(first);
        client.submit(body);
        assertThat(client.get("/v1/runs?projectId=" + TestPond.PROJECT).json().path("runs"))
                .hasSize(3);
    }

    @Test
    void anAddressThatFailsTooOftenWaitsAndOthersAndGoodTokensDoNot() {
        Client stranger = new Client(pond.url(), "unknown");
        for (int i = 0; i < 3; i++) {
            assertThat(stranger.get("/v1/runs", "X-Forwarded-For", "192.0.2.1").status())
                    .isEqualTo(403);
        }

        Client.Answer refused = stranger.get("/v1/runs", "X-Forwarded-For", "192.0.2.1");

        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.headers()
                        .firstValue("Retry-After")
                        .map(Integer::valueOf)
                        .orElseThrow())
                .isBetween(1, 20);
        assertThat(refused.json().at("/problems/0/code").asText()).isEqualTo("too_many_failures");
        assertThat(new Client(pond.url(), "no token")
                        .get("/v1/runs", "X-Forwarded-For", "192.0.2.1")
                        .status())
                .isEqualTo(429);
        assertThat(stranger.get("/v1/runs", "X-Forwarded-For", "192.0.2.2").status())
                .isEqualTo(403);
        assertThat(pond.service()
                        .get("/v1/runs", "X-Forwarded-For", "192.0.2.1")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void aNetworkOfIp6IsOneAddress() {
        Client stranger = new Client(pond.url(), "unknown");
        for (int i = 0; i < 3; i++) {
            assertThat(stranger.get("/v1/runs", "X-Forwarded-For", "2001:db8::" + i)
                            .status())
                    .isEqualTo(403);
        }

        assertThat(stranger.get("/v1/runs", "X-Forwarded-For", "2001:db8::ffff").status())
                .isEqualTo(429);
        assertThat(stranger.get("/v1/runs", "X-Forwarded-For", "2001:db8:0:1::1")
                        .status())
                .isEqualTo(403);
    }
}
