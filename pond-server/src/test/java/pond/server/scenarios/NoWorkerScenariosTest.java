package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.server.scenarios.Client.stage;
import static pond.server.scenarios.Client.stageStatus;
import static pond.server.scenarios.Client.status;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stages that nobody can serve. */
class NoWorkerScenariosTest {
    private static final String MODEL = "{\"key\":\"m\",\"provider\":\"openai\",\"model_id\":\"m\","
            + "\"credential_name\":\"c\",\"input_cost_per_mtok\":1,\"output_cost_per_mtok\":1}";

    @TempDir
    private Path folder;

    @Test
    void aSwarmStageWithoutAWorkerFailsItsRunAfterTheGrace() {
        try (TestPond pond = TestPond.start(folder.resolve("state"), "POND_DISPATCH_NO_WORKER_GRACE_SEC", "1")) {
            Client client = pond.service();
            client.post("/v1/admin/harnesses/from-preset", "{\"preset\":\"codex-brokered\",\"key\":\"codex\"}");
            client.post("/v1/admin/models", MODEL);
            String body = Body.of(Body.noop("first"), Body.swarm("agent"), Body.noop("last"));

            JsonNode preflight = client.post("/v1/runs/preflight", body).json();
            String run = client.submit(body);
            JsonNode details = client.end(run);

            assertThat(preflight.path("ok").booleanValue()).isTrue();
            assertThat(preflight.path("problems")).anySatisfy(problem -> {
                assertThat(problem.path("code").asText()).isEqualTo("no_capable_worker");
                assertThat(problem.path("severity").asText()).isEqualTo("warning");
                assertThat(problem.path("stage").asText()).isEqualTo("agent");
                assertThat(problem.path("message").asText()).startsWith("stage 'agent': ");
            });
            assertThat(status(details)).isEqualTo("failed");
            assertThat(details.at("/run/error/code").asText()).isEqualTo("no_capable_worker");
            assertThat(details.at("/run/error/message").asText())
                    .startsWith("stage 'agent': no attached worker")
                    .contains("worker 'local' comes nearest");
            assertThat(stageStatus(details, "first")).isEqualTo("done");
            assertThat(stageStatus(details, "last")).isEqualTo("skipped");
            assertThat(client.log(run)).anySatisfy(line -> {
                assertThat(line.path("source").asText()).isEqualTo("preflight");
                assertThat(line.path("line").asText()).startsWith("no_capable_worker: stage 'agent': ");
            });
        }
    }

    @Test
    void aServerMayRunNothingItself() {
        try (TestPond pond = TestPond.startWithoutWaiting(
                folder.resolve("state"), "POND_LOCAL_EXECUTORS", "", "POND_DISPATCH_NO_WORKER_GRACE_SEC", "2")) {
            Client client = pond.service();
            String run = client.submit(Body.of(Body.noop("a")));

            JsonNode waiting = client.get("/v1/runs/" + run).json();
            assertThat(status(waiting)).isEqualTo("queued");
            assertThat(stage(waiting, "a").at("/waiting/code").asText()).isEqualTo("no_capable_worker");
            assertThat(waiting.at("/run/waiting")).isEqualTo(stage(waiting, "a").path("waiting"));
            assertThat(waiting.at("/run/waiting/deadline").isTextual()).isTrue();
            // The server's own worker that fetches sources is not one that a stage could have.
            assertThat(stage(waiting, "a").at("/waiting/message").asText())
                    .endsWith("it needs executor noop, and no worker is attached for this project; attach one");
            JsonNode details = client.end(run);

            assertThat(status(details)).isEqualTo("failed");
            assertThat(details.at("/run/error/code").asText()).isEqualTo("no_capable_worker");
            assertThat(stage(details, "a").path("attempt").intValue()).isZero();
        }
    }

    @Test
    void stagesQueueWhileTheirWorkersAreBusy() {
        try (TestPond pond = TestPond.start(folder.resolve("state"), "POND_LOCAL_CONCURRENCY", "1")) {
            Client client = pond.service();
            Path go = folder.resolve("go");
            String first =
                    client.submit(Body.of(Body.shell("hold", "until [ -e %s ]; do sleep 0.02; done".formatted(go))));
            client.untilStage(first, "hold", "running");
            String second = client.submit(Body.of(Body.noop("a")));

            JsonNode waiting = client.get("/v1/runs/" + second).json();
            assertThat(waiting.at("/run/waiting/code").asText()).isEqualTo("workers_busy");
            client.submit(Body.of(Body.noop("b")));
            assertThat(client.cancel(first).path("status").asText()).isEqualTo("cancelling");

            assertThat(status(client.end(second))).isEqualTo("done");
        }
    }

    @Test
    void aRunEndsAtItsLimit() {
        try (TestPond pond =
                TestPond.start(folder.resolve("state"), "POND_RUN_MAX_SEC", "2", "POND_CANCEL_GRACE_SEC", "1")) {
            Client client = pond.service();
            String run = client.submit(Body.of(Body.shell("slow", "exec sleep 4711.5"), Body.noop("never")));

            JsonNode details = client.end(run);

            assertThat(status(details)).isEqualTo("failed");
            assertThat(details.at("/run/error/code").asText()).isEqualTo("run_timeout");
            assertThat(stageStatus(details, "slow")).isEqualTo("failed");
            assertThat(stageStatus(details, "never")).isEqualTo("skipped");
            org.awaitility.Awaitility.await()
                    .atMost(30, java.util.concurrent.TimeUnit.SECONDS)
                    .until(() -> Processes.withArgument("4711.5").isEmpty());
        }
    }
}
