package pond.server.killmatrix;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import pond.common.protocol.WorkerHttp;
import pond.server.scenarios.Client;
import pond.server.scenarios.Processes;
import pond.server.scenarios.Register;
import pond.server.scenarios.ServerProcess;
import pond.server.scenarios.WorkerProcess;
import pond.testing.TestReceiver;
import pond.worker.checkout.Trees;

/**
 * One fault for every call of a worker: a server, a worker that reaches it over a {@link FaultProxy}, and a {@link Workload}
 * for it. Calls that happen to be under way together meet the fault together, so that a few kills serve all. For one thread.
 */
final class WorkerLane implements AutoCloseable {
    private static final Call ENROLL = Call.of("POST " + WorkerHttp.ENROLL);
    private static final Call ATTACH = Call.of("POST " + WorkerHttp.ATTACH);
    private static final Call LEASE = Call.of("POST " + WorkerHttp.LEASE_JOBS);
    private static final Call RENEW = Call.of("POST " + WorkerHttp.RENEW);
    private static final Call DETACH = Call.of("POST " + WorkerHttp.DETACH);

    static final String NAME = "struck";
    private static final int LEASE_SECONDS = 20;
    private static final Map<String, String> SETTINGS = Map.of(
            "POND_LOCAL_EXECUTORS", "",
            "POND_LEASE_SEC", Integer.toString(LEASE_SECONDS),
            "POND_DISPATCH_NO_WORKER_GRACE_SEC", "120");

    private static final Duration FIRST = Duration.ofSeconds(60);
    private static final Duration OTHERS = Duration.ofMillis(600);

    /** Asks its model once. */
    private static final String AGENT = """
            #!/bin/sh
            cat >/dev/null
            code=$(curl -sS -m 100 -o /tmp/answer -w '%{http_code}' -H "Authorization: Bearer $KEY" \\
              -H 'Content-Type: application/json' \\
              -d "{\\"model\\": \\"$MODEL\\", \\"messages\\": [{\\"role\\": \\"user\\", \\"content\\": \\"go\\"}]}" \\
              "$BROKER/v1/chat/completions") || exit 7
            [ "$code" = 200 ] || { cat /tmp/answer >&2; exit 8; }
            printf 'Done.\\n\\n```result\\n{"ok": true}\\n```\\n'
            """;

    private final Path folder;
    private final Fault fault;
    private final Random random;
    private final String marker;
    private final Path tools;
    private final TestReceiver model;
    private final FaultProxy network;
    private final Workload work;

    private final String code;
    private final List<List<Held>> strikes = new ArrayList<>();
    private volatile URI address = URI.create("http://127.0.0.1:1");
    private ServerProcess server;
    private Client client;
    private WorkerProcess worker;

    /** Starts all of it. */
    WorkerLane(Path folder, Fault fault, Random random) throws IOException {
        this.folder = Files.createDirectory(folder.resolve(fault.toString()));
        this.fault = fault;
        this.random = random;
        this.marker = "86400.%09d".formatted(ThreadLocalRandom.current().nextInt(1_000_000_000));
        this.tools = placeAgent();
        this.work = new Workload(marker);
        this.model = TestReceiver.start((exchange, number) -> {
            byte[] answer = Workload.modelAnswer().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
        });
        this.network = new FaultProxy(() -> address);
        this.server = start();
        try {
            this.client = listening();
            register();
            this.code = WorkerProcess.code(client);
            work.submitFirst(client);
        } catch (AssertionError | RuntimeException e) {
            closeServer();
            throw e;
        }
        network.hold(Set.of(ENROLL, ATTACH, LEASE));
        this.worker = startWorker();
    }

    private void register() {
        Register register = new Register(client);
        register.model("chat", "openai-compatible", "http://127.0.0.1:" + model.port());
        register.harness("small", tools.resolve("agent").toString());
    }

    /** Stages run as another user, who must get to the folders that sandboxes show. */
    private Path placeAgent() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
        Path made = Files.createDirectory(folder.resolve("tools"));
        Path agent = Files.writeString(made.resolve("agent"), AGENT);
        Files.setPosixFilePermissions(agent, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxr-xr-x"));
        return made;
    }

    private ServerProcess start() {
        return ServerProcess.serve(folder, folder.resolve("server"), SETTINGS);
    }

    private Client listening() {
        address = server.url();
        return server.client();
    }

    private WorkerProcess startWorker() {
        return WorkerProcess.start(
                folder,
                network.url(),
                NAME,
                code,
                "--executors",
                "noop,shell,swarm",
                "--capabilities",
                "harness.small",
                "--concurrency",
                "10",
                "--tool-dirs",
                tools.toString());
    }

    /** The calls that met the fault together, in turn. */
    List<List<Held>> strikes() {
        return strikes;
    }

    /** Has every call meet the fault but the last, which ends the worker. */
    void strikeWork() throws InterruptedException {
        strikeHeld();
        Set<Call> rest = new TreeSet<>(Call.ofWorkers());
        rest.removeAll(Set.of(ENROLL, ATTACH, LEASE, DETACH));
        network.hold(rest);
        work.submitAll(client);
        strikeHeld();
    }

    /** Looks at what came of it, and has the last call meet the fault. */
    void checkAndEnd() throws InterruptedException {
        Map<String, JsonNode> ends = work.check(client, fault.victim(), () -> worker.output(), model.seen::size);
        network.hold(Set.of(DETACH));
        worker.terminate();
        strikeHeld();
        checkEnd(ends);
    }

    /** Until everything that was to be held has come. */
    private void strikeHeld() throws InterruptedException {
        while (!network.awaited().isEmpty()) {
            List<Held> calls = network.gather(FIRST, OTHERS);
            assertThat(calls)
                    .as(
                            "no script says how to make the server see %s; the worker said: %s",
                            network.awaited(), worker.output())
                    .isNotEmpty();
            if (calls.stream().anyMatch(held -> held.call().equals(RENEW))) {
                work.cancel(client);
            }
            strikes.add(calls);
            List<Call> refused = fault.strike(calls, random, this::kill);
            recover(calls);
            // The next of its kind meets the fault in its place.
            network.hold(refused);
        }
    }

    private void kill() {
        switch (fault.victim()) {
            case SERVER -> server.kill();
            case CALLER -> {
                worker.kill();
                network.cutAll();
            }
            case NOBODY -> {}
        }
    }

    private void recover(List<Held> struck) {
        switch (fault.victim()) {
            case SERVER -> {
                server = start();
                client = listening();
            }
            case CALLER -> {
                assertNothingIsLeft();
                boolean over = struck.stream().anyMatch(held -> held.call().equals(DETACH));
                worker = over ? worker : startWorker();
            }
            case NOBODY -> {}
        }
    }

    private void assertNothingIsLeft() {
        Awaitility.await("processes of the killed worker")
                .atMost(10, TimeUnit.SECONDS)
                .untilAsserted(() -> {
                    assertThat(Processes.withArgument(marker)).isEmpty();
                    assertThat(Processes.withArgument(folder.resolve(NAME).toString()))
                            .isEmpty();
                });
    }

    /** Waits until the server knows that the worker has gone, and looks once more at how runs have ended. */
    private void checkEnd(Map<String, JsonNode> ends) {
        worker.exit();
        assertNothingIsLeft();
        JsonNode gone = Awaitility.await("the end of the worker")
                .atMost(LEASE_SECONDS * 3, TimeUnit.SECONDS)
                .until(
                        this::onlyWorker,
                        entry -> !entry.path("state").asText().equals("attached")
                                && !entry.path("state").asText().equals("draining"));
        assertThat(gone.path("state").asText()).isIn("detached", "lost");
        assertThat(gone.path("running")).as("jobs without an owner").isEmpty();
        ends.forEach((run, end) -> assertThat(client.get("/v1/runs/" + run).json())
                .as("after its end")
                .isEqualTo(end));
    }

    private JsonNode onlyWorker() {
        List<JsonNode> enrolled = client.get("/v1/admin/pool/workers")
                .json()
                .path("workers")
                .valueStream()
                .filter(entry -> !entry.path("local").booleanValue())
                .toList();
        assertThat(enrolled).as("identities").hasSize(1);
        return enrolled.get(0);
    }

    @Override
    public void close() throws IOException {
        worker.close();
        closeServer();
        // With the copies of the system's folders that sandboxes show, which are full of links.
        Trees.delete(folder);
    }

    private void closeServer() throws IOException {
        server.close();
        network.close();
        model.close();
    }
}
