package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.server.scenarios.Client.stage;
import static pond.server.scenarios.Client.status;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A run whose submit was answered with 201 survives {@code kill -9} of the server at any moment. */
class KillServerIT {
    private static final int RUNS = 200;
    private static final Map<String, String> SETTINGS = Map.of("POND_LOCAL_CONCURRENCY", "8");
    /** Nobody else's command line has this in it. */
    private static final String LONG = "98765.25";

    @TempDir
    private Path folder;

    /** Accepted runs, with the number that each was submitted as. */
    private final Map<String, Integer> accepted = new ConcurrentHashMap<>();

    @Test
    @Timeout(300)
    void everyAcceptedRunEndsOnceAlthoughTheServerIsKilledTwice() throws Exception {
        Path state = folder.resolve("state");
        AtomicBoolean killed = new AtomicBoolean();
        String lasting;
        try (ServerProcess first = ServerProcess.serve(folder, state, SETTINGS)) {
            Client client = first.client();
            lasting = client.submit(Body.of(Body.shell("long", "sleep " + LONG + " & exec sleep " + LONG)));
            client.untilStage(lasting, "long", "running");
            Awaitility.await().until(() -> Processes.withArgument(LONG).size() >= 2);
            submitInParallel(client, killed, () -> {
                Awaitility.await().atMost(120, TimeUnit.SECONDS).until(() -> accepted.size() >= RUNS * 3 / 4);
                awaitDone(client, 5);
                killed.set(true);
                first.kill();
            });
        }
        assertThat(accepted).hasSizeGreaterThanOrEqualTo(RUNS * 3 / 4);

        try (ServerProcess second = ServerProcess.serve(folder, state, SETTINGS)) {
            awaitDone(second.client(), RUNS / 4);
            assertThat(Processes.withArgument(LONG))
                    .as("what the killed server had started")
                    .isEmpty();
        }

        try (ServerProcess third = ServerProcess.serve(folder, state, SETTINGS)) {
            Client client = third.client();
            accepted.forEach((run, number) -> check(client, run, number));
            JsonNode details = client.end(lasting);
            assertThat(details.at("/run/error/code").asText()).isEqualTo("worker_lost");
            assertThat(listed(client)).containsAll(accepted.keySet()).contains(lasting);
            third.terminate();
            third.exit();
        }
    }

    private void submitInParallel(Client client, AtomicBoolean killed, Runnable meanwhile) throws Exception {
        ExecutorService callers = Executors.newFixedThreadPool(8);
        try {
            List<Future<?>> submits = new ArrayList<>();
            for (int i = 0; i < RUNS; i++) {
                int number = i;
                submits.add(callers.submit(() -> submit(client, number, killed)));
            }
            meanwhile.run();
            for (Future<?> submit : submits) {
                submit.get(60, TimeUnit.SECONDS);
            }
        } finally {
            callers.shutdownNow();
        }
    }

    private void submit(Client client, int number, AtomicBoolean killed) {
        try {
            accepted.put(client.submit(body(number)), number);
        } catch (UncheckedIOException e) {
            // Nobody promised anything about this one.
            assertThat(killed).isTrue();
        }
    }

    private String body(int number) {
        return isShell(number)
                ? Body.of(
                        Body.noop("before"),
                        Body.shell("work", "echo x >> %s; sleep 0.2; echo printed".formatted(effect(number))))
                : Body.of(Body.noop("work", 4), Body.noop("after"));
    }

    private static boolean isShell(int number) {
        return number % 4 == 0;
    }

    private Path effect(int number) {
        return folder.resolve("effect-" + number);
    }

    private void check(Client client, String run, int number) {
        JsonNode details = client.end(run);
        JsonNode work = stage(details, "work");
        client.log(run);
        if (!isShell(number)) {
            assertThat(status(details)).as(details.toString()).isEqualTo("done");
            assertThat(work.path("attempt").intValue()).isBetween(1, 3);
            return;
        }
        assertThat(work.path("attempt").intValue())
                .as("a shell stage is never run again unasked")
                .isLessThanOrEqualTo(1);
        assertThat(effects(number)).isLessThanOrEqualTo(1);
        if (status(details).equals("done")) {
            assertThat(effects(number)).isEqualTo(1);
            assertThat(client.printed(run, "work")).containsExactly("printed");
        } else {
            assertThat(details.at("/run/error/code").asText())
                    .as(details.toString())
                    .isEqualTo("worker_lost");
        }
    }

    private int effects(int number) {
        try {
            return Files.exists(effect(number))
                    ? Files.readAllLines(effect(number)).size()
                    : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void awaitDone(Client client, int count) {
        Awaitility.await()
                .atMost(120, TimeUnit.SECONDS)
                .until(() -> client.get("/v1/runs?status=done&limit=200")
                                .json()
                                .path("runs")
                                .size()
                        >= count);
    }

    private static List<String> listed(Client client) {
        List<String> all = new ArrayList<>();
        String cursor = "";
        do {
            JsonNode page = client.get("/v1/runs?limit=200&cursor=" + cursor).json();
            page.path("runs").forEach(run -> all.add(run.path("id").asText()));
            cursor = page.path("next").isNull() ? "" : page.path("next").asText();
        } while (!cursor.isEmpty());
        assertThat(all).doesNotHaveDuplicates();
        return all;
    }
}
