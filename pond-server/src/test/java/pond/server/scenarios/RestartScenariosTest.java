package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.server.scenarios.Client.stage;
import static pond.server.scenarios.Client.status;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server is stopped in the middle, and another one goes on with its state. */
class RestartScenariosTest {
    @TempDir
    private Path folder;

    private Path state;

    @BeforeEach
    void chooseState() {
        state = folder.resolve("state");
    }

    @Test
    void queuedRunsGoOn() {
        String first;
        String second;
        try (TestPond before = TestPond.startWithoutWaiting(state, "POND_LOCAL_EXECUTORS", "")) {
            first = before.service().submit(Body.of(Body.noop("a"), Body.noop("b")));
            second = before.service().submit(Body.of(Body.shell("a", "echo hello")), "Idempotency-Key", "kept");
        }

        try (TestPond after = TestPond.start(state)) {
            Client client = after.service();

            assertThat(status(client.end(first))).isEqualTo("done");
            assertThat(status(client.end(second))).isEqualTo("done");
            assertThat(client.printed(second, "a")).containsExactly("hello");
            String body = Body.of(Body.shell("a", "echo hello"));
            Client.Answer replay = client.post("/v1/runs", body, "Idempotency-Key", "kept");
            assertThat(replay.status())
                    .as("an idempotency key outlives the server")
                    .isEqualTo(200);
            assertThat(replay.json().path("id").asText()).isEqualTo(second);
            assertThat(client.post("/v1/runs", Body.of(Body.noop("a")), "Idempotency-Key", "kept")
                            .status())
                    .isEqualTo(409);
        }
    }

    @Test
    void aNoopThatWasRunningIsRunAgain() {
        String run;
        try (TestPond before = TestPond.start(state)) {
            run = before.service().submit(Body.of(Body.noop("long", 200), Body.noop("after")));
            before.service().untilStage(run, "long", "running");
        }

        try (TestPond after = TestPond.start(state)) {
            JsonNode details = after.service().end(run);

            assertThat(status(details)).as(details.toString()).isEqualTo("done");
            assertThat(stage(details, "long").path("attempt").intValue()).isEqualTo(2);
        }
    }

    @Test
    void aShellStageThatWasRunningIsLost() throws IOException {
        Path pid = folder.resolve("pid");
        String run;
        try (TestPond before = TestPond.start(state, "POND_CANCEL_GRACE_SEC", "1")) {
            String script = "echo $$ > %1$s.part; mv %1$s.part %1$s; echo begun; sleep 300".formatted(pid);
            run = before.service().submit(Body.of(Body.shell("work", script), Body.noop("after")));
            before.service().untilStage(run, "work", "running");
            awaitFile(pid);
        }
        assertThat(Processes.isAlive(Long.parseLong(Files.readString(pid).strip())))
                .isFalse();

        try (TestPond after = TestPond.start(state)) {
            JsonNode details = after.service().end(run);

            assertThat(status(details)).isEqualTo("failed");
            assertThat(details.at("/run/error/code").asText()).isEqualTo("worker_lost");
            assertThat(Client.stageStatus(details, "after")).isEqualTo("skipped");
            assertThat(after.service().printed(run, "work")).containsExactly("begun");
        }
    }

    @Test
    void aShellStageMayAskToBeRunAgain() {
        Path begun = folder.resolve("begun");
        String script =
                "touch %s; [ $POND_ATTEMPT = 2 ] || exec sleep 300; echo attempt $POND_ATTEMPT".formatted(begun);
        String retry = "\"retry\":{\"max_attempts\":2,\"on\":[\"worker_lost\"]}";
        String run;
        try (TestPond before = TestPond.start(state, "POND_CANCEL_GRACE_SEC", "1")) {
            run = before.service().submit(Body.of(Body.shell("work", script, retry)));
            before.service().untilStage(run, "work", "running");
            awaitFile(begun);
        }

        try (TestPond after = TestPond.start(state)) {
            JsonNode details = after.service().end(run);

            assertThat(status(details)).as(details.toString()).isEqualTo("done");
            assertThat(after.service().printed(run, "work")).containsExactly("attempt 2");
        }
    }

    @Test
    void aRunThatWasBeingCancelledEndsAsCancelled() {
        Path begun = folder.resolve("begun");
        String run;
        try (TestPond before = TestPond.start(state, "POND_CANCEL_GRACE_SEC", "3")) {
            run = before.service()
                    .submit(Body.of(Body.shell(
                            "deaf", "trap '' TERM; touch %s; while :; do sleep 0.1; done".formatted(begun))));
            awaitFile(begun);
            before.service().cancel(run);
        }

        try (TestPond after = TestPond.start(state)) {
            JsonNode details = after.service().end(run);

            assertThat(status(details)).isEqualTo("cancelled");
        }
    }

    @Test
    void whatHasEndedStaysAsItWas() {
        String run;
        JsonNode ended;
        try (TestPond before = TestPond.start(state)) {
            run = before.service().submit(Body.of(Body.shell("work", "echo x; echo kept > $POND_OUTPUT_DIR/file")));
            ended = before.service().end(run);
        }

        try (TestPond after = TestPond.start(state)) {
            assertThat(after.service().get("/v1/runs/" + run).json()).isEqualTo(ended);
            assertThat(after.service().printed(run, "work")).containsExactly("x");
            assertThat(after.service().artifact(run, "file")).isEqualTo("kept\n");
        }
    }

    private static void awaitFile(Path file) {
        org.awaitility.Awaitility.await()
                .atMost(30, java.util.concurrent.TimeUnit.SECONDS)
                .until(() -> Files.exists(file));
    }
}
