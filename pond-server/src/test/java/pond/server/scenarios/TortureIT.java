package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.common.json.Json;
import pond.server.soak.Footprint;

/**
 * Stages that do all that they can to outlive their end, at once, as plain subprocesses of a real server and in sandboxes of a
 * real worker. Each ends as it should, and nothing of it is left: no process, no file, no thread, no descriptor.
 */
class TortureIT {
    /** Long enough for any test, and an argument that nobody else has. */
    private static final String SLEEP = "sleep 31415.9";

    @TempDir
    private Path folder;

    /** What a stage does, and the code of the error with which its run ends; {@code done} for none. */
    private record Torture(String name, String script, String code) {
        String body(String profile) {
            String more = "\"timeout_sec\":%d".formatted(code.equals("timeout") ? 2 : 60);
            String argv = Json.write(List.of("bash", "-c", script));
            String executor =
                    "{\"kind\":\"shell\",\"argv\":%s,\"sandbox\":{\"profile\":\"%s\"}}".formatted(argv, profile);
            return Body.of(Body.stage("x", executor, more));
        }
    }

    private static final List<Torture> TORTURES = List.of(
            new Torture(
                    "daemons of daemons hold the output",
                    "(setsid sh -c 'setsid %1$s & %1$s' &); sleep 0.2; echo out".formatted(SLEEP),
                    "done"),
            new Torture("signals are ignored", "trap '' TERM HUP INT QUIT; while :; do sleep 0.1; done", "timeout"),
            new Torture(
                    "everything is stopped, the stage itself at last",
                    "%1$s & kill -STOP $!; (setsid sh -c 'kill -STOP $$; %1$s' &); sleep 0.2; kill -STOP $$"
                            .formatted(SLEEP),
                    "timeout"),
            new Torture(
                    "processes that fork and fork",
                    "trap '' TERM; storm() { [ $1 -lt 4 ] && for n in 1 2 3; do storm $(($1+1)) & done; %s; }; storm 0"
                            .formatted(SLEEP),
                    "timeout"),
            new Torture("one line of fifty megabytes", "head -c 52428800 /dev/zero | tr '\\0' x", "done"),
            new Torture(
                    "output that is no text", "head -c 2000000 /dev/urandom; head -c 2000000 /dev/urandom >&2", "done"),
            new Torture(
                    "all three ends closed, and a daemon",
                    "exec 0<&- 1>&- 2>&-; (setsid %s &); exit 3".formatted(SLEEP),
                    "exit_code"),
            new Torture(
                    "a large file in TMPDIR, and one that is open and deleted",
                    "head -c 100000000 /dev/zero >$TMPDIR/a; exec 7>$TMPDIR/b; rm $TMPDIR/b; yes | head -c 1000000 >&7; exit 4",
                    "exit_code"));

    @Test
    void nothingIsLeftOfIt() throws Exception {
        // Stages in sandboxes run as another user, who must get to their folders.
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
        Path state = folder.resolve("state");
        try (ServerProcess server = ServerProcess.serve(
                folder, state, Map.of("POND_CANCEL_GRACE_SEC", "1", "POND_LOCAL_CONCURRENCY", "4"))) {
            Client client = server.client();
            torture(client, "none", server.pid(), state.resolve("work/local/work"));
            try (WorkerProcess worker = WorkerProcess.enrol(
                    folder, server.url(), client, "w", "--executors", "shell", "--concurrency", "4")) {
                worker.untilAttached();
                torture(client, "trusted-code", worker.pid(), folder.resolve("w/state/work"));
                assertThat(worker.output()).doesNotContain(" ERROR ");
            }
            assertThat(server.output()).doesNotContain(" ERROR ");
        }
    }

    private static void torture(Client client, String profile, long host, Path work) throws Exception {
        // One that does no harm, so that what a host makes once and keeps is there before.
        client.end(client.submit(new Torture("nothing", "true", "done").body(profile)));
        Footprint before = Footprint.of(host);
        List<String> runs = new ArrayList<>();
        TORTURES.forEach(one -> runs.add(client.submit(one.body(profile))));

        for (int i = 0; i < runs.size(); i++) {
            JsonNode end = client.end(runs.get(i));
            String code = end.at("/run/error").isNull()
                    ? end.at("/run/status").asText()
                    : end.at("/run/error/code").asText();
            assertThat(code)
                    .as("%s: %s", TORTURES.get(i).name(), end)
                    .isEqualTo(TORTURES.get(i).code());
        }

        assertThat(Processes.withArgument(SLEEP.substring("sleep ".length()))).isEmpty();
        Awaitility.await("what was taken is given back")
                .atMost(30, TimeUnit.SECONDS)
                .untilAsserted(() -> {
                    Footprint now = Footprint.of(host);
                    assertThat(now.children()).as("children").isLessThanOrEqualTo(before.children());
                    assertThat(now.descriptors()).as("descriptors").isLessThan(before.descriptors() + 16);
                    assertThat(now.threads()).as("threads").isLessThan(before.threads() + 32);
                    assertThat(now.heapMiB()).as("heap, MiB").isLessThan(before.heapMiB() + 24);
                    assertThat(entries(work)).isEmpty();
                });
    }

    private static List<Path> entries(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.toList();
        }
    }
}
