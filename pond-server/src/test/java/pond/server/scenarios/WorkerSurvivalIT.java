package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.server.scenarios.Client.stage;
import static pond.server.scenarios.Client.status;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pond.server.scenarios.ChaosProxy.Weather;

/** What a worker's death, a server's restart and a bad network do to a stage that runs: the packed jars, and a network between. */
@Timeout(240)
class WorkerSurvivalIT {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"CUT, 10", "DEAD, 5", "SLOW, 5", "NO_ANSWERS, 5"})
    void aBadNetworkLosesAndDoublesNothing(Weather weather, int seconds) throws Exception {
        int lines = seconds * 25;
        try (ServerProcess server = ServerProcess.serve(folder, folder.resolve("server"), settings());
                ChaosProxy network = ChaosProxy.to(server.url());
                WorkerProcess worker = WorkerProcess.enrol(folder, network.url(), server.client(), "far")) {
            worker.untilAttached();
            Client client = server.client();
            String run = client.submit(Body.of(Body.shell("talk", chatty(lines)), Body.noop("after")));
            awaitLine(client, run);

            network.weather(weather);
            awaitLonger(Duration.ofSeconds(seconds));
            network.weather(Weather.FINE);

            JsonNode details = client.end(run);
            assertThat(status(details)).as(details + worker.output()).isEqualTo("done");
            assertThat(stage(details, "talk").path("attempt").intValue()).isEqualTo(1);
            assertThat(client.printed(run, "talk")).containsExactlyElementsOf(numbered(lines));
            assertThat(worker.isAlive()).isTrue();
        }
    }

    @Test
    void aRestartOfTheServerIsInvisibleToAStageThatRuns() throws Exception {
        int lines = 120;
        AtomicReference<URI> now = new AtomicReference<>(URI.create("http://127.0.0.1:1"));
        try (ChaosProxy network = new ChaosProxy(now::get)) {
            Path state = folder.resolve("server");
            String run;
            WorkerProcess worker;
            try (ServerProcess first = ServerProcess.serve(folder, state, settings())) {
                now.set(first.url());
                worker = WorkerProcess.enrol(folder, network.url(), first.client(), "steady");
                worker.untilAttached();
                run = first.client().submit(Body.of(Body.shell("talk", chatty(lines)), Body.noop("after")));
                awaitLine(first.client(), run);
                first.kill();
            }
            try (worker;
                    ServerProcess second = ServerProcess.serve(folder, state, settings())) {
                now.set(second.url());
                Client client = second.client();

                JsonNode details = client.end(run);

                assertThat(status(details)).as(details + worker.output()).isEqualTo("done");
                assertThat(stage(details, "talk").path("attempt").intValue()).isEqualTo(1);
                assertThat(client.printed(run, "talk")).containsExactlyElementsOf(numbered(lines));
            }
        }
    }

    @Test
    void aCutLongerThanTheLeaseEndsTheStageOnBothSides() throws Exception {
        Map<String, String> settings = settings();
        settings.put("POND_LEASE_SEC", "4");
        try (ServerProcess server = ServerProcess.serve(folder, folder.resolve("server"), settings);
                ChaosProxy network = ChaosProxy.to(server.url());
                WorkerProcess worker = WorkerProcess.enrol(folder, network.url(), server.client(), "cut-off")) {
            worker.untilAttached();
            Client client = server.client();
            String run = client.submit(Body.of(Body.shell("a", "exec sleep 54323.5")));
            client.untilStage(run, "a", "running");
            Awaitility.await().until(() -> !Processes.withArgument("54323.5").isEmpty());

            network.weather(Weather.DEAD);

            // The worker's own count ends before the server's.
            Awaitility.await()
                    .atMost(20, TimeUnit.SECONDS)
                    .until(() -> Processes.withArgument("54323.5").isEmpty());
            assertThat(client.end(run).at("/run/error/code").asText()).isEqualTo("worker_lost");
            network.weather(Weather.FINE);
            assertThat(status(client.end(client.submit(Body.of(Body.noop("b"))))))
                    .isEqualTo("done");
        }
    }

    @Test
    void aKilledWorkerIsNoticedItsChildrenDieAndItsStagesGoOn() {
        Map<String, String> settings = settings();
        settings.put("POND_LEASE_SEC", "3");
        try (ServerProcess server = ServerProcess.serve(folder, folder.resolve("server"), settings);
                WorkerProcess worker =
                        WorkerProcess.enrol(folder, server.url(), server.client(), "doomed", "--concurrency", "4")) {
            worker.untilAttached();
            Client client = server.client();
            String shell = client.submit(
                    Body.of(Body.shell("a", "setsid sleep 54324.5 & (sleep 54324.5 &) ; exec sleep 54324.5")));
            String again = client.submit(Body.of(Body.shell(
                    "a",
                    "[ $POND_ATTEMPT = 2 ] || exec sleep 54324.5",
                    "\"retry\":{\"max_attempts\":2,\"on\":[\"worker_lost\"]}")));
            String noop = client.submit(Body.of(Body.noop("a", 200)));
            for (String run : List.of(shell, again, noop)) {
                client.untilStage(run, "a", "running");
            }
            Awaitility.await().until(() -> Processes.withArgument("54324.5").size() >= 4);

            Instant killed = Instant.now();
            worker.kill();
            Awaitility.await()
                    .atMost(5, TimeUnit.SECONDS)
                    .until(() -> Processes.withArgument("54324.5").isEmpty());
            try (WorkerProcess other =
                    WorkerProcess.enrol(folder, server.url(), client, "heir", "--concurrency", "4")) {
                JsonNode lost = client.end(shell);
                assertThat(lost.at("/run/error/code").asText()).isEqualTo("worker_lost");
                assertThat(Instant.parse(lost.at("/run/finishedAt").asText())).isBefore(killed.plusSeconds(3 + 5));
                other.untilAttached();
                for (String run : List.of(again, noop)) {
                    JsonNode details = client.end(run);
                    assertThat(status(details)).as(details.toString()).isEqualTo("done");
                    assertThat(stage(details, "a").path("attempt").intValue()).isEqualTo(2);
                    assertThat(stage(details, "a").path("worker").asText()).isEqualTo("heir");
                }
            }
        }
    }

    /** A stage that prints numbered lines, 20 a second at most. */
    private static String chatty(int lines) {
        return "for i in $(seq %d); do echo line $i; sleep 0.05; done".formatted(lines);
    }

    private static List<String> numbered(int lines) {
        return IntStream.rangeClosed(1, lines).mapToObj(i -> "line " + i).toList();
    }

    private static Map<String, String> settings() {
        return new HashMap<>(Map.of("POND_LOCAL_EXECUTORS", ""));
    }

    private static void awaitLine(Client client, String run) {
        Awaitility.await("a line of the stage")
                .atMost(30, TimeUnit.SECONDS)
                .until(() -> client.get("/v1/runs/" + run + "/logs").body().contains("line 3"));
    }

    /** Time is what the network takes here, so it has to pass. */
    private static void awaitLonger(Duration time) {
        Instant end = Instant.now().plus(time);
        Awaitility.await().atMost(time.plusSeconds(5)).until(() -> Instant.now().isAfter(end));
    }
}
