package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.server.scenarios.Client.stage;
import static pond.server.scenarios.Client.stageStatus;
import static pond.server.scenarios.Client.status;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How stages are ended: by a cancel, by their timeout; and that nothing of them is left. */
class EndScenariosTest {
    @TempDir
    private static Path folder;

    private static TestPond pond;
    private static Client client;

    @BeforeAll
    static void start() {
        pond = TestPond.start(folder.resolve("state"), "POND_CANCEL_GRACE_SEC", "1");
        client = pond.service();
    }

    @AfterAll
    static void stop() {
        pond.close();
    }

    @Test
    void aCancelEndsAShellStageWithAllItsChildren() throws IOException {
        Path pids = folder.resolve("cancelled");
        String run = client.submit(Body.of(Body.shell("sleepy", tree(pids)), Body.noop("after")));
        List<Long> started = started(pids);

        JsonNode answer = client.cancel(run);
        assertThat(answer.path("status").asText()).isEqualTo("cancelling");
        assertThat(answer.at("/waiting/code").asText()).isEqualTo("cancel_confirmation");
        JsonNode details = client.end(run);

        assertThat(status(details)).isEqualTo("cancelled");
        assertThat(details.at("/run/killConfirmed").booleanValue()).isTrue();
        assertThat(details.at("/run/error").isNull()).isTrue();
        assertThat(stageStatus(details, "sleepy")).isEqualTo("cancelled");
        assertThat(stageStatus(details, "after")).isEqualTo("skipped");
        assertThat(started).noneMatch(EndScenariosTest::isAlive);
        assertThat(client.post("/v1/runs/" + run + "/cancel", "").status())
                .as("a cancel of what has ended is no error")
                .isEqualTo(200);
    }

    @Test
    void aTimeoutEndsAStageThatIgnoresTheFirstSignal() throws IOException {
        Path pids = folder.resolve("timed-out");
        String run = client.submit(Body.of(Body.shell("stubborn", "trap '' TERM; " + tree(pids), "\"timeout_sec\":2")));

        JsonNode details = client.end(run);

        assertThat(status(details)).isEqualTo("failed");
        assertThat(details.at("/run/error/code").asText()).isEqualTo("timeout");
        assertThat(started(pids)).noneMatch(EndScenariosTest::isAlive);
    }

    @Test
    void aTimeoutIsAnEndThatMayBeTriedAgain() {
        String run = client.submit(Body.of(Body.shell(
                "second-works",
                "[ $POND_ATTEMPT = 2 ] || sleep 300",
                "\"timeout_sec\":1,\"retry\":{\"max_attempts\":2,\"on\":[\"timeout\"]}")));

        JsonNode details = client.end(run);

        assertThat(status(details)).as(details.toString()).isEqualTo("done");
        assertThat(stage(details, "second-works").path("attempt").intValue()).isEqualTo(2);
    }

    /** Whatever it was given: folders of its own, or those that one before it has not touched. */
    @Test
    void noStageFindsWhatAnotherHasDoneToItsFolders() {
        String look = "find . $HOME $TMPDIR $POND_OUTPUT_DIR $POND_INPUT_DIR -mindepth 1;"
                + " stat -c %a . $HOME $TMPDIR $POND_OUTPUT_DIR $POND_INPUT_DIR | sort -u; ";
        for (String leaves : List.of(
                ":",
                "touch $HOME/left",
                ":",
                "mkdir .left",
                "touch $POND_OUTPUT_DIR/left",
                "chmod 777 $TMPDIR",
                ":",
                "rm -r $POND_INPUT_DIR",
                "touch $POND_INPUT_DIR/../left",
                ":")) {
            String run = client.submit(Body.of(Body.shell("look", look + leaves)));

            assertThat(status(client.end(run))).as(leaves).isEqualTo("done");
            assertThat(client.printed(run, "look")).as("before " + leaves).containsExactly("700");
        }
    }

    @Test
    void whatHoldsTheOutputOpenDoesNotHoldTheStage() throws IOException {
        Path pid = folder.resolve("holder");
        String run = client.submit(Body.of(Body.shell(
                "holder", "setsid sleep 300 & echo $! > %s; echo before".formatted(pid), "\"timeout_sec\":60")));

        JsonNode details = client.end(run);

        assertThat(status(details)).isEqualTo("done");
        assertThat(client.printed(run, "holder")).containsExactly("before");
        assertThat(started(pid)).noneMatch(EndScenariosTest::isAlive);
    }

    @Test
    void aRunThatHasNotStartedIsCancelledAtOnce() {
        try (TestPond idle = TestPond.startWithoutWaiting(folder.resolve("idle"), "POND_LOCAL_EXECUTORS", "")) {
            String run = idle.service().submit(Body.of(Body.noop("never")));

            Client.Answer answer = idle.service().post("/v1/runs/" + run + "/cancel", "");

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.json().path("status").asText()).isEqualTo("cancelled");
            assertThat(answer.json().path("killConfirmed").booleanValue()).isTrue();
        }
    }

    @Test
    void aCancelDuringAPauseBetweenAttemptsEndsTheRunAtOnce() {
        String run = client.submit(Body.of(
                Body.shell("bad", "exit 1", "\"retry\":{\"max_attempts\":2,\"backoff_sec\":3600}"),
                Body.noop("after")));
        JsonNode waiting = client.until(
                run,
                details -> stage(details, "bad").at("/waiting/code").asText().equals("retry_backoff"));
        assertThat(stage(waiting, "bad").at("/error/code").asText()).isEqualTo("exit_code");

        JsonNode cancelled = client.cancel(run);

        assertThat(cancelled.path("status").asText()).isEqualTo("cancelled");
    }

    /** A shell script that starts a child, a detached child and a grandchild, and writes all pids down. */
    private static String tree(Path pids) {
        String file = pids.toString();
        return ("sleep 301 & echo $! >> %1$s.part; setsid sleep 302 & echo $! >> %1$s.part;"
                        + " bash -c 'sleep 303 & echo $! >> %1$s.part; wait' & echo $! >> %1$s.part;"
                        + " until [ $(wc -l < %1$s.part) = 4 ]; do sleep 0.02; done; mv %1$s.part %1$s; wait")
                .formatted(file);
    }

    private static List<Long> started(Path pids) throws IOException {
        Awaitility.await().atMost(30, TimeUnit.SECONDS).until(() -> Files.exists(pids));
        return Files.readAllLines(pids).stream().map(Long::valueOf).toList();
    }

    private static boolean isAlive(long pid) {
        return Processes.isAlive(pid);
    }
}
