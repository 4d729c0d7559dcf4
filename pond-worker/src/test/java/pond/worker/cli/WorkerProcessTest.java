package pond.worker.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.common.json.Json;
import pond.common.protocol.Enroll;
import pond.common.protocol.EnrollProof;
import pond.common.protocol.SecretDigest;
import pond.common.protocol.WorkerHttp;
import pond.worker.WorkerMain;
import pond.worker.transport.WireServer;

/** The worker as a process of its own, against a server that only knows the protocol's first words. */
class WorkerProcessTest {
    private static final String WORKER = "0190b6a0-0000-7000-8000-000000000001";
    private static final String JOB = """
            {"jobs":[{"id":"0190b6a0-0000-7000-8000-000000000002","leaseToken":"t","fence":1,
            "run":"0190b6a0-0000-7000-8000-000000000003","project":"p","stage":"s","substage":null,"attempt":1,
            "executor":{"kind":"shell","argv":["sleep","600"],"env":{},"artifacts":[],"sandbox":null},"timeout":"PT1H","bundle":null,"hasInputs":false,
            "limits":{"logBytes":1000,"artifactBytes":1000}}]}""";

    @TempDir
    private Path folder;

    private WireServer server;
    private final List<Process> started = new ArrayList<>();

    @BeforeEach
    void start() throws IOException {
        server = new WireServer()
                .json(WorkerHttp.ENROLL, "{\"worker\":\"" + WORKER + "\"}")
                .json(WorkerHttp.ATTACH, "{\"worker\":\"" + WORKER + "\",\"lease\":\"PT30S\",\"cancelGrace\":\"PT1S\"}")
                .on(WorkerHttp.LEASE_JOBS, exchange -> {
                    Thread.currentThread().join(200);
                    WireServer.send(exchange, 200, "application/json", "{\"jobs\":[]}");
                })
                .on(WorkerHttp.RENEW, exchange -> {
                    Thread.currentThread().join(200);
                    WireServer.send(exchange, 200, "application/json", "{\"cancel\":[],\"lost\":[],\"drain\":false}");
                })
                .json(WorkerHttp.LOGS, "{\"upTo\":1000}")
                .done(WorkerHttp.PROGRESS)
                .done(WorkerHttp.COMPLETE)
                .done(WorkerHttp.DETACH);
    }

    @AfterEach
    void stop() {
        started.forEach(Process::destroyForcibly);
        server.close();
    }

    @Test
    void enrolsAttachesAndDrainsOnTheFirstSignal() throws Exception {
        Process worker = worker("--enroll-code=pond_ec_1", "--name=box");
        awaitLog("worker box (" + WORKER + ") attached to " + server.url());

        worker.destroy();

        assertThat(exit(worker)).isZero();
        // Not the last for sure: the renewal that tells of the drain travels beside it.
        assertThat(server.asked()).extracting(WireServer.Asked::path).contains(WorkerHttp.DETACH);
        assertThat(server.asked().get(0).header("authorization")).isEqualTo("Bearer pond_ec_1");
        String bearer = String.valueOf(server.last().header("authorization")).substring("Bearer ".length());
        Enroll enroll = Json.read(server.asked().get(0).body(), Enroll.class);
        assertThat(enroll.bearerSha256()).isEqualTo(SecretDigest.of(bearer));
        assertThat(EnrollProof.verify(SecretDigest.of("pond_ec_1"), enroll)).isTrue();
        assertThat(log()).doesNotContain("pond_ec_1").doesNotContain(bearer);

        Process again = worker("--json");
        await().atMost(Duration.ofSeconds(30)).until(() -> log().contains("\"message\":\"worker "));
        again.destroy();
        assertThat(exit(again)).isZero();
        assertThat(log().lines())
                .isNotEmpty()
                .allSatisfy(line -> assertThat(Json.readTree(line).has("time")).isTrue());
        assertThat(server.asked())
                .filteredOn(asked -> asked.path().equals(WorkerHttp.ENROLL))
                .hasSize(1);
    }

    @Test
    void theSecondSignalCancelsWhatRuns() throws Exception {
        AtomicBoolean given = new AtomicBoolean();
        server.on(WorkerHttp.LEASE_JOBS, exchange -> {
            Thread.currentThread().join(100);
            WireServer.send(exchange, 200, "application/json", given.getAndSet(true) ? "{\"jobs\":[]}" : JOB);
        });
        Process worker = worker("--enroll-code=pond_ec_1");
        await().atMost(Duration.ofSeconds(30))
                .until(() -> worker.descendants().findAny().isPresent());

        worker.destroy();
        awaitLog("a second signal cancels");
        assertThat(worker.isAlive()).isTrue();
        ProcessHandle child = worker.descendants().findAny().orElseThrow();
        worker.destroy();

        assertThat(exit(worker)).isZero();
        await().atMost(Duration.ofSeconds(5)).until(() -> !child.isAlive());
    }

    @Test
    void aRefusedCodeEndsItWithALine() throws Exception {
        server.on(
                WorkerHttp.ENROLL,
                exchange -> WireServer.send(
                        exchange,
                        403,
                        "application/problem+json",
                        "{\"refusal\":\"unauthorized\",\"detail\":\"the code is used up\"}"));

        assertThat(exit(worker("--enroll-code=pond_ec_1"))).isEqualTo(3);
        assertThat(log()).contains("the server refuses the enrolment (unauthorized): the code is used up");
    }

    @Test
    void withoutACodeOrWithAnotherServersFolderItDoesNotStart() throws Exception {
        assertThat(exit(worker())).isEqualTo(2);
        assertThat(log()).contains("--enroll-code (POND_WORKER_ENROLL_CODE)");
        Process first = worker("--enroll-code=pond_ec_1");
        awaitLog("attached to");
        first.destroy();
        assertThat(exit(first)).isZero();

        assertThat(exit(worker("--server=http://127.0.0.1:1"))).isEqualTo(1);
        assertThat(log()).contains("belongs to a worker of " + server.url());
    }

    @Test
    void aSignalEndsAStartThatWaitsForItsServer() throws Exception {
        server.on(WorkerHttp.ENROLL, exchange -> WireServer.send(exchange, 503, "text/plain", "starting"));
        Process worker = worker("--enroll-code=pond_ec_1");
        awaitLog("cannot enrol, trying again");

        worker.destroy();

        assertThat(exit(worker)).isZero();
    }

    private Process worker(String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                WorkerMain.class.getName(),
                "--state-dir=" + folder.resolve("state")));
        command.addAll(List.of(options));
        if (command.stream().noneMatch(option -> option.startsWith("--server="))) {
            command.add("--server=" + server.url());
        }
        Process process = new ProcessBuilder(command)
                .redirectError(folder.resolve("log").toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        started.add(process);
        return process;
    }

    private int exit(Process worker) throws InterruptedException {
        assertThat(worker.waitFor(40, TimeUnit.SECONDS)).isTrue();
        return worker.exitValue();
    }

    private String log() throws IOException {
        return Files.readString(folder.resolve("log"));
    }

    private void awaitLog(String part) {
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(log()).contains(part));
    }
}
