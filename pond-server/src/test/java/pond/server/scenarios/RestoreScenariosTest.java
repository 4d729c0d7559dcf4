package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.server.scenarios.Client.stage;
import static pond.server.scenarios.Client.status;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.common.protocol.WorkerHttp;
import pond.server.TestCommands;

/** A backup beside a server that has work under way, and a server on what is restored of it. */
class RestoreScenariosTest {
    @TempDir
    private Path folder;

    @Test
    void aRestoredServerBelievesInNoLeaseOfThePast() throws IOException {
        Path state = folder.resolve("state");
        RemoteWorker worker;
        JsonNode again;
        JsonNode lost;
        String repeatable;
        String once;
        try (TestPond pond = TestPond.startWithoutWaiting(state, "POND_LOCAL_EXECUTORS", "")) {
            worker = RemoteWorker.attached(pond, "far", "noop", "shell");
            repeatable = pond.service().submit(Body.of(Body.noop("a")), "Idempotency-Key", "one");
            again = worker.leaseOne();
            once = pond.service().submit(Body.of(Body.shell("a", "true")));
            lost = worker.leaseOne();
            assertThat(pond.service()
                            .get("/health/ready")
                            .json()
                            .path("lastBackupAt")
                            .isNull())
                    .isTrue();

            assertThat(commands("backup", folder.resolve("backups").toString(), "--state-dir", state.toString()))
                    .contains("is proven: pond ", "2 runs");

            assertThat(pond.service()
                            .get("/health/ready")
                            .json()
                            .path("lastBackupAt")
                            .isTextual())
                    .isTrue();
            assertThat(worker.complete(again, 0, "").status()).isEqualTo(204);
        }
        Path restored = folder.resolve("restored");
        assertThat(commands("restore", backup().toString(), "--state-dir", restored.toString()))
                .contains("is restored: pond ", "Before the first start, put source.key into " + restored);
        Files.copy(state.resolve("source.key"), restored.resolve("source.key"));

        try (TestPond pond = TestPond.startWithoutWaiting(restored, "POND_LOCAL_EXECUTORS", "")) {
            assertThat(restored.resolve("restored")).doesNotExist();
            Client client = pond.service();
            assertThat(status(client.end(once))).isEqualTo("failed");
            assertThat(client.get("/v1/runs/" + once)
                            .json()
                            .at("/run/error/code")
                            .asText())
                    .isEqualTo("worker_lost");
            RemoteWorker back = worker.at(pond);
            back.attachment = worker.attachment;
            assertThat(back.complete(lost, 0, "").status()).isEqualTo(409);
            assertThat(back.complete(again, 0, "").status()).isEqualTo(409);
            assertThat(back.post(WorkerHttp.LEASE_JOBS, "{\"freeSlots\":1,\"maxWait\":\"PT0S\"}")
                            .body())
                    .contains("unknown_worker");

            assertThat(back.attach("far", "noop", "shell").status())
                    .as("it is still enrolled")
                    .isEqualTo(200);
            JsonNode second = back.leaseOne();
            assertThat(second.path("attempt").intValue()).isEqualTo(2);
            assertThat(back.complete(second, 0, "").status()).isEqualTo(204);
            JsonNode details = client.end(repeatable);
            assertThat(status(details)).isEqualTo("done");
            assertThat(stage(details, "a").path("attempt").intValue()).isEqualTo(2);
            Client.Answer replay = client.post("/v1/runs", Body.of(Body.noop("a")), "Idempotency-Key", "one");
            assertThat(replay.json().path("id").asText()).isEqualTo(repeatable);
        }
    }

    @Test
    void theCommandsSayWhatIsWrong() throws IOException {
        String none = folder.resolve("none").toString();
        assertThat(commands("backup", none, "--state-dir", none)).contains("there is no state of a server in " + none);
        assertThat(commands("backup")).contains("DIR is missing");
        assertThat(commands("backup", none, "--keep", "-1")).contains("--keep must be 1 or more");
        assertThat(commands("backup", "verify", none)).contains("there is no backup " + none);
        assertThat(commands(
                        "restore", none, "--state-dir", folder.resolve("new").toString()))
                .contains("there is no backup " + none);
        assertThat(commands("restore", none)).contains("Missing required option: '--state-dir=DIR'");
        try (Stream<Path> made = Files.list(folder)) {
            assertThat(made).isEmpty();
        }
    }

    private static String commands(String... args) {
        return TestCommands.execute(args);
    }

    private Path backup() throws IOException {
        try (Stream<Path> backups = Files.list(folder.resolve("backups"))) {
            return backups.filter(path -> path.getFileName().toString().startsWith("pond-"))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
