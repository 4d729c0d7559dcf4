package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.server.scenarios.Client.stage;
import static pond.server.scenarios.Client.status;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The packed jars: a server that runs nothing itself, and workers that dial in. */
@Timeout(180)
class RemoteWorkersIT {
    private static final Map<String, String> NOTHING_LOCAL = Map.of("POND_LOCAL_EXECUTORS", "");

    @TempDir
    private Path folder;

    @Test
    void twoWorkersShareTheStagesOfARun() throws Exception {
        Path sources = Files.createDirectories(folder.resolve("sources"));
        Files.writeString(sources.resolve("a.py"), "# TODO: one\nprint(1)\n");
        Map<String, String> settings = Map.of("POND_LOCAL_EXECUTORS", "", "POND_LOCAL_SOURCE_ROOT", folder.toString());
        try (ServerProcess server = ServerProcess.serve(folder, folder.resolve("server"), settings);
                WorkerProcess scans = WorkerProcess.enrol(
                        folder, server.url(), server.client(), "scans", "--executors", "noop,builtin");
                WorkerProcess shells = WorkerProcess.enrol(
                        folder, server.url(), server.client(), "shells", "--executors", "shell", "--tags", "linux")) {
            scans.untilAttached();
            shells.untilAttached();
            Client client = server.client();

            String run = client.submit(Body.with(
                    """
                    "sources":[{"label":"app","kind":"folder","config":{"path":"sources"}}]""",
                    Body.noop("first"),
                    Body.builtin("todos", "todo_scan"),
                    Body.shell(
                            "count",
                            "cat a.py; wc -l < \"$POND_INPUT_DIR/results.jsonl\" > \"$POND_OUTPUT_DIR/count\""),
                    Body.noop("last")));

            JsonNode details = client.end(run);
            assertThat(status(details)).as(details.toString()).isEqualTo("done");
            assertThat(worker(details, "first")).isEqualTo("scans");
            assertThat(worker(details, "todos")).isEqualTo("scans");
            assertThat(worker(details, "count")).isEqualTo("shells");
            assertThat(client.artifact(run, "count").strip()).isEqualTo("1");
            assertThat(client.printed(run, "count")).containsExactly("# TODO: one", "print(1)");
            assertThat(client.get("/v1/admin/pool/workers").json().path("workers"))
                    .hasSizeGreaterThanOrEqualTo(2);
        }
    }

    @Test
    void aWorkerThatIsToldToEndFinishesItsStageAndTakesNoMore() {
        try (ServerProcess server = ServerProcess.serve(folder, folder.resolve("server"), NOTHING_LOCAL);
                WorkerProcess worker = WorkerProcess.enrol(folder, server.url(), server.client(), "drained")) {
            worker.untilAttached();
            Client client = server.client();
            String running = client.submit(Body.of(Body.shell("a", gate("go"))));
            client.untilStage(running, "a", "running");

            worker.terminate();
            worker.untilSaid("draining");
            String later = client.submit(Body.of(Body.noop("b")));
            client.until(
                    later,
                    details -> stage(details, "b").at("/waiting/code").asText().equals("no_capable_worker"));
            open("go");

            assertThat(status(client.end(running))).isEqualTo("done");
            assertThat(worker.exit()).isZero();
            assertThat(client.get("/v1/runs/" + later).json().at("/run/status").asText())
                    .isEqualTo("queued");
        }
    }

    @Test
    void aSecondSignalCancelsWhatRuns() {
        try (ServerProcess server = ServerProcess.serve(folder, folder.resolve("server"), NOTHING_LOCAL);
                WorkerProcess worker = WorkerProcess.enrol(folder, server.url(), server.client(), "hurried")) {
            worker.untilAttached();
            Client client = server.client();
            String run = client.submit(Body.of(Body.shell("a", "exec sleep 54321.5")));
            client.untilStage(run, "a", "running");

            worker.terminate();
            worker.untilSaid("draining");
            worker.terminate();

            JsonNode details = client.end(run);
            assertThat(status(details)).isEqualTo("failed");
            assertThat(details.at("/run/error/code").asText()).isEqualTo("worker_lost");
            worker.exit();
            assertThat(Processes.withArgument("54321.5")).isEmpty();
        }
    }

    @Test
    void aWorkerThatIsRevokedEndsAndCannotComeBack() {
        try (ServerProcess server = ServerProcess.serve(folder, folder.resolve("server"), NOTHING_LOCAL);
                WorkerProcess worker = WorkerProcess.enrol(folder, server.url(), server.client(), "revoked")) {
            worker.untilAttached();
            Client client = server.client();
            String id = enrolled(client, "revoked").path("id").asText();

            Client.Answer revoked = client.send(
                    client.request("/v1/admin/pool/workers/" + id).DELETE().build());

            assertThat(revoked.status()).as(revoked.body()).isEqualTo(204);
            int exit = worker.exit();
            assertThat(exit).isNotZero();
            try (WorkerProcess again = WorkerProcess.again(folder, server.url(), "revoked")) {
                assertThat(again.exit()).isEqualTo(exit);
            }
        }
    }

    @Test
    void aWorkerThatIsKilledAndStartedAgainIsCapacityAtOnce() {
        try (ServerProcess server = ServerProcess.serve(folder, folder.resolve("server"), NOTHING_LOCAL);
                WorkerProcess worker = WorkerProcess.enrol(folder, server.url(), server.client(), "phoenix")) {
            worker.untilAttached();
            Client client = server.client();
            String lost = client.submit(Body.of(Body.shell("a", "exec sleep 54322.5")));
            client.untilStage(lost, "a", "running");
            worker.kill();

            try (WorkerProcess again = WorkerProcess.again(folder, server.url(), "phoenix")) {
                again.untilAttached();

                assertThat(client.end(lost).at("/run/error/code").asText()).isEqualTo("worker_lost");
                assertThat(Processes.withArgument("54322.5")).isEmpty();
                assertThat(status(client.end(client.submit(Body.of(Body.noop("b"))))))
                        .isEqualTo("done");
            }
        }
    }

    @Test
    void aWorkerWithinTheGraceTakesTheStage() {
        try (ServerProcess server = ServerProcess.serve(folder, folder.resolve("server"), NOTHING_LOCAL)) {
            Client client = server.client();
            String run = client.submit(Body.of(Body.noop("a")));
            JsonNode waits = client.until(
                    run, details -> !stage(details, "a").path("waiting").isNull());
            assertThat(stage(waits, "a").at("/waiting/code").asText()).isEqualTo("no_capable_worker");

            try (WorkerProcess worker = WorkerProcess.enrol(folder, server.url(), client, "late")) {
                worker.untilAttached();
                assertThat(status(client.end(run))).isEqualTo("done");
            }
        }
    }

    private static JsonNode enrolled(Client client, String name) {
        for (JsonNode worker : client.get("/v1/admin/pool/workers").json().path("workers")) {
            if (worker.path("name").asText().equals(name)) {
                return worker;
            }
        }
        throw new AssertionError("no worker '" + name + "'");
    }

    private static String worker(JsonNode details, String key) {
        return stage(details, key).path("worker").asText();
    }

    /** A script that ends when a file appears. */
    private String gate(String name) {
        return "while [ ! -e '%s' ]; do sleep 0.05; done".formatted(folder.resolve(name));
    }

    private void open(String name) {
        try {
            Files.createFile(folder.resolve(name));
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        Awaitility.await().until(() -> Files.exists(folder.resolve(name)));
    }
}
