package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The disk of the state folder runs full while runs come and go, and has room again. The server is never restarted. */
class FullDiskTest {
    private static final int DISK_MIB = 64;

    @TempDir
    private Path folder;

    private SmallDisk disk;

    @BeforeEach
    void mount() throws IOException {
        disk = SmallDisk.mount(folder.resolve("disk"), DISK_MIB);
    }

    @AfterEach
    void unmount() {
        disk.close();
    }

    private Path state() {
        return disk.root().resolve("state");
    }

    @Test
    void belowTheFloorNewRunsWaitAndThoseThatRunEnd() throws Exception {
        Path go = folder.resolve("go");
        Path write = folder.resolve("write");
        // The first prints and leaves a file when it is let, the second when there is no room for either.
        String script =
                "until [ -e %s ]; do sleep 0.05; done; echo said; head -c 100000 /dev/zero > $POND_OUTPUT_DIR/left";
        try (TestPond pond = TestPond.start(state(), "POND_DISK_FLOOR_BYTES", "32m")) {
            Client client = pond.service();
            String first = client.submit(Body.of(Body.shell("a", script.formatted(go))));
            String second = client.submit(Body.of(Body.shell("a", script.formatted(write))));
            client.untilStage(first, "a", "running");
            client.untilStage(second, "a", "running");
            String idle = client.submit(Body.of(Body.shell("a", "sleep 600")));

            disk.leave(24 << 20);
            Client.Answer refused = untilRefused(client);
            Files.createFile(go);

            assertRefusal(refused, "disk_low");
            Client.Answer ready = client.get("/health/ready");
            assertThat(ready.status()).isEqualTo(200);
            assertThat(ready.json().at("/warnings/disk").asText()).startsWith("low: no new run is taken");
            assertThat(Client.status(client.end(first))).isEqualTo("done");
            assertThat(client.printed(first, "a")).containsExactly("said");
            assertThat(client.artifact(first, "left")).hasSize(100_000);
            client.cancel(idle);
            assertThat(Client.status(client.end(idle))).isEqualTo("cancelled");

            disk.leave(8 << 20);
            Awaitility.await()
                    .until(() -> client.get("/health/ready")
                            .json()
                            .at("/warnings/disk")
                            .asText()
                            .startsWith("low: no new run, log line or artifact is taken"));
            Files.createFile(write);
            JsonNode unchanged =
                    client.get("/v1/runs/" + second + "/logs?since=1&wait=1").json();
            assertThat(unchanged.path("lines")).isEmpty();

            disk.makeRoom();

            assertThat(Client.status(client.end(second))).isEqualTo("done");
            assertThat(client.printed(second, "a")).containsExactly("said");
            assertThat(client.artifact(second, "left")).hasSize(100_000);
            Awaitility.await()
                    .until(() -> client.get("/health/ready")
                            .json()
                            .at("/warnings/disk")
                            .asText()
                            .isEmpty());
            client.submit(Body.of(Body.noop("a")));
        }
    }

    @Test
    void aDiskThatIsFullToTheLastByteLosesNothingThatWasAcknowledged() throws Exception {
        List<String> acknowledged = new ArrayList<>();
        AtomicInteger refused = new AtomicInteger();
        String context = "\"context\":\"" + "x".repeat(60_000) + "\"";
        try (TestPond pond = TestPond.start(state(), "POND_DISK_FLOOR_BYTES", "0")) {
            Client client = pond.service();
            String writer = client.submit(Body.of(Body.shell(
                    "a",
                    "head -c 3000000 /dev/urandom > $POND_OUTPUT_DIR/left;"
                            + " for i in $(seq 100); do echo line $i; done; until [ -e %s ]; do sleep 0.05; done"
                                    .formatted(folder.resolve("go")))));
            Awaitility.await()
                    .until(() -> client.get("/v1/runs/" + writer + "/logs?since=1")
                                    .json()
                                    .path("lines")
                                    .size()
                            == 100);
            // Less than its artifact, which is there twice for a moment: where it was made, and where it is kept.
            disk.leave(2 << 20);
            Files.createFile(folder.resolve("go"));

            Awaitility.await()
                    .atMost(60, TimeUnit.SECONDS)
                    .pollDelay(0, TimeUnit.MILLISECONDS)
                    .pollInterval(1, TimeUnit.MILLISECONDS)
                    .until(() -> {
                        Client.Answer answer = client.post("/v1/runs", Body.with(context, Body.noop("a")));
                        if (answer.status() == 201) {
                            acknowledged.add(answer.json().path("id").asText());
                        } else {
                            assertRefusal(answer, "disk_full");
                            refused.incrementAndGet();
                        }
                        return refused.get() == 20;
                    });
            assertThat(client.get("/v1/runs/" + acknowledged.get(0)).status()).isEqualTo(200);
            assertThat(client.get("/v1/runs?limit=200").status()).isEqualTo(200);
            assertThat(client.get("/health").status()).isEqualTo(200);
            Client.Answer cancel = client.post("/v1/runs/" + acknowledged.get(acknowledged.size() - 1) + "/cancel", "");
            assertThat(cancel.status()).as(cancel.body()).isIn(200, 202, 503);

            disk.makeRoom();

            assertThat(Client.status(client.end(client.submit(Body.of(Body.noop("a"))))))
                    .isEqualTo("done");
            for (String run : acknowledged) {
                assertThat(Client.status(client.end(run))).isIn("done", "cancelled");
            }
            assertThat(Client.status(client.end(writer))).isEqualTo("done");
            assertThat(client.printed(writer, "a")).hasSize(100);
            assertThat(client.get("/v1/runs/" + writer + "/artifacts")
                            .json()
                            .at("/artifacts/0/size")
                            .asInt())
                    .isEqualTo(3_000_000);
        }

        assertThat(acknowledged).isNotEmpty();
        assertThat(integrity("pond.db")).isEqualTo("ok");
        assertThat(integrity("logs.db")).isEqualTo("ok");
    }

    private static Client.Answer untilRefused(Client client) {
        return Awaitility.await()
                .atMost(30, TimeUnit.SECONDS)
                .until(() -> client.post("/v1/runs", Body.of(Body.noop("a"))), answer -> answer.status() != 201);
    }

    private static void assertRefusal(Client.Answer answer, String code) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).isPresent();
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(answer.json().at("/problems/0/code").asText()).isEqualTo(code);
    }

    private String integrity(String database) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + state().resolve(database));
                Statement statement = connection.createStatement();
                ResultSet finding = statement.executeQuery("PRAGMA integrity_check")) {
            return finding.next() ? finding.getString(1) : "nothing";
        }
    }
}
