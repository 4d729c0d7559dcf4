package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import pond.server.TestCommands;
import pond.server.db.FilesLock;
import pond.server.db.StateDir;

/** A backup of the packed jar under load, and what is left when the server, or the backup itself, is killed. */
@Timeout(180)
class BackupIT {
    private static final Map<String, String> SETTINGS = Map.of("POND_LOCAL_CONCURRENCY", "2");
    private static final int ENDED = 6;

    @TempDir
    private Path folder;

    private Path state;
    private Path backups;

    @BeforeEach
    void choose() {
        state = folder.resolve("state");
        backups = folder.resolve("backups");
    }

    /** Everything that readers saw of a run. */
    private record Seen(String run, String log, String artifact) {
        static Seen of(Client client, String run) {
            return new Seen(
                    client.get("/v1/runs/" + run).body(),
                    client.get("/v1/runs/" + run + "/logs?limit=10000").body(),
                    client.artifact(run, "out.txt"));
        }
    }

    @Test
    void whatWasAcknowledgedBeforeTheBackupIsThereAfterTheServerIsKilled() throws Exception {
        Map<String, Seen> seen = new LinkedHashMap<>();
        List<String> accepted;
        try (ServerProcess server = ServerProcess.serve(folder, state, SETTINGS)) {
            Client client = server.client();
            Map<String, Boolean> submitted = new ConcurrentHashMap<>();
            AtomicBoolean enough = new AtomicBoolean();
            ExecutorService callers = Executors.newFixedThreadPool(2);
            try {
                List<Future<?>> load = new ArrayList<>();
                for (int i = 0; i < 2; i++) {
                    load.add(callers.submit(() -> submitUntil(client, submitted, enough)));
                }
                List<String> first = new ArrayList<>();
                Awaitility.await().atMost(60, TimeUnit.SECONDS).until(() -> {
                    first.clear();
                    client.get("/v1/runs?status=done&limit=200")
                            .json()
                            .path("runs")
                            .forEach(run -> first.add(run.path("id").asText()));
                    return first.size() >= ENDED;
                });
                first.forEach(run -> seen.put(run, Seen.of(client, run)));
                accepted = List.copyOf(submitted.keySet());

                try (ServerProcess backup = backup()) {
                    assertThat(backup.exit()).as(backup.output()).isZero();
                }
                server.kill();
                enough.set(true);
                for (Future<?> one : load) {
                    one.get(60, TimeUnit.SECONDS);
                }
            } finally {
                callers.shutdownNow();
            }
        }

        Path restored = folder.resolve("restored");
        try (ServerProcess restore =
                ServerProcess.run(folder, Map.of(), "restore", only(), "--state-dir", restored.toString())) {
            assertThat(restore.exit()).as(restore.output()).isZero();
        }
        try (ServerProcess server = ServerProcess.serve(folder, restored, SETTINGS)) {
            Client client = server.client();
            assertThat(seen).hasSizeGreaterThanOrEqualTo(ENDED);
            seen.forEach((run, was) -> assertThat(Seen.of(client, run)).isEqualTo(was));
            assertThat(accepted)
                    .isNotEmpty()
                    .allSatisfy(run ->
                            assertThat(client.get("/v1/runs/" + run).status()).isEqualTo(200));
        }
    }

    @Test
    void aKilledBackupLeavesNothingThatLooksLikeOneAndStopsNoSweep() throws Exception {
        try (ServerProcess server = ServerProcess.serve(folder, state, SETTINGS)) {
            Client client = server.client();
            String files = "for i in $(seq 300); do echo $i > $POND_OUTPUT_DIR/$i.txt; done";
            client.end(client.submit(Body.of(Body.shell("a", files))));
            server.kill();
        }
        try (ServerProcess backup = backup()) {
            Awaitility.await("the backup has begun")
                    .pollInterval(1, TimeUnit.MILLISECONDS)
                    .atMost(60, TimeUnit.SECONDS)
                    .until(() ->
                            Files.exists(backups) && names().stream().anyMatch(name -> name.startsWith(".incomplete")));
            backup.kill();
        }
        // None, unless the kill came too late to break anything off.
        assertThat(names().stream().filter(name -> name.startsWith("pond-")))
                .allSatisfy(name -> assertThat(TestCommands.execute(
                                "backup", "verify", backups.resolve(name).toString()))
                        .contains("can be restored"));
        try (StateDir dir = StateDir.forTool(state)) {
            new FilesLock(dir).tryTake().orElseThrow().close();
        }

        try (ServerProcess backup = backup()) {
            assertThat(backup.exit()).as(backup.output()).isZero();
        }
        assertThat(names())
                .noneMatch(name -> name.startsWith(".incomplete"))
                .anyMatch(name -> name.startsWith("pond-"));
    }

    private ServerProcess backup() {
        return ServerProcess.run(folder, Map.of(), "backup", backups.toString(), "--state-dir", state.toString());
    }

    private static void submitUntil(Client client, Map<String, Boolean> submitted, AtomicBoolean enough) {
        String script =
                "for i in $(seq 50); do echo line $i; done; head -c 20000 /dev/urandom | base64 > $POND_OUTPUT_DIR/out.txt";
        while (!enough.get() && submitted.size() < 500) {
            try {
                submitted.put(client.submit(Body.of(Body.shell("work", script), Body.noop("after"))), true);
            } catch (UncheckedIOException e) {
                // The server has been killed; nobody promised anything about this one.
                return;
            }
        }
    }

    private String only() throws IOException {
        List<String> found =
                names().stream().filter(name -> name.startsWith("pond-")).toList();
        assertThat(found).hasSize(1);
        return backups.resolve(found.get(0)).toString();
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(backups)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
