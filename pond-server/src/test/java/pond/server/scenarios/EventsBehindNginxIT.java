package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import pond.common.json.Json;
import pond.testing.TestEvents;
import pond.testing.TestEvents.Event;

/**
 * The packed jar behind a real nginx with Debian's default settings: events are live, a cut loses nothing, and waiting
 * calls wait. Without nginx it is skipped, or fails where {@code POND_NGINX_REQUIRED} is set.
 */
@Timeout(180)
class EventsBehindNginxIT {
    private static final boolean REQUIRED =
            !System.getenv().getOrDefault("POND_NGINX_REQUIRED", "").isEmpty();
    private static final int LINES = 6;

    @TempDir
    private Path folder;

    /** Prints a line, and the next one only when somebody has seen it. */
    private String stepByStep() {
        return "for i in $(seq %d); do echo line $i; until [ -e '%s'/seen-$i ]; do sleep 0.02; done; done"
                .formatted(LINES, folder);
    }

    @Test
    void linesArriveLiveAndACutConnectionLosesNothing() throws IOException {
        Path nginxProgram = nginx();
        try (ServerProcess server = ServerProcess.serve(folder, folder.resolve("state"), Map.of())) {
            Client direct = server.client();
            String run = direct.submit(Body.of(Body.shell("talk", stepByStep()), Body.noop("after")));
            List<Event> got = new ArrayList<>();
            TestEvents cut;
            try (NginxProcess nginx = NginxProcess.start(nginxProgram, folder, server.url())) {
                cut = follow(nginx.url(), run);
                assertThat(cut.status()).isEqualTo(200);
                assertThat(cut.header("Content-Length")).isEmpty();
                assertThat(cut.header("Transfer-Encoding")).contains("chunked");
                for (int i = 1; i <= LINES / 2; i++) {
                    readUntil(cut, "line " + i, got);
                    seen(i);
                }
            }
            assertThatThrownBy(() -> readUntil(cut, "never", got)).isInstanceOf(UncheckedIOException.class);
            cut.close();
            seen(LINES / 2 + 1);

            try (NginxProcess nginx = NginxProcess.start(nginxProgram, folder, server.url())) {
                String last = got.get(got.size() - 1).id();
                TestEvents again = follow(nginx.url(), run, "Last-Event-ID: " + last);
                readUntil(again, "line " + (LINES / 2 + 1), got);
                for (int i = LINES / 2 + 2; i <= LINES; i++) {
                    readUntil(again, "line " + i, got);
                    seen(i);
                }
                got.addAll(again.rest());

                assertThat(got.stream()
                                .filter(event -> event.name().equals("log"))
                                .map(Event::data))
                        .containsExactlyElementsOf(
                                direct.log(run).stream().map(JsonNode::toString).toList());
                assertThat(got.get(got.size() - 1).name()).isEqualTo("end");
                assertThat(nginx.said()).doesNotContain("[error]", "[crit]");
            }
        }
    }

    @Test
    void aWaitingCallWaitsAndIsAnsweredAtOnce() throws Exception {
        Path nginxProgram = nginx();
        try (ServerProcess server = ServerProcess.serve(folder, folder.resolve("state"), Map.of());
                NginxProcess nginx = NginxProcess.start(nginxProgram, folder, server.url())) {
            Client client = new Client(nginx.url(), TestPond.SERVICE_TOKEN);
            String run = client.submit(
                    Body.of(Body.shell("wait", "until [ -e '%s'/seen-1 ]; do sleep 0.02; done".formatted(folder))));
            JsonNode running = client.untilStage(run, "wait", "running");
            String path = "/v1/runs/" + run + "?wait=50&version=" + running.at("/run/version");

            CompletableFuture<Client.Answer> answer = client.getLater(path);
            assertThat(answer.copy()
                            .completeOnTimeout(null, 1, TimeUnit.SECONDS)
                            .join())
                    .isNull();
            long start = System.nanoTime();
            seen(1);

            assertThat(answer.get(20, TimeUnit.SECONDS)
                            .json()
                            .at("/run/version")
                            .longValue())
                    .isGreaterThan(running.at("/run/version").longValue());
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(15));
            assertThat(Client.status(client.end(run))).isEqualTo("done");
        }
    }

    private static Path nginx() {
        Optional<Path> program = NginxProcess.program();
        assertThat(program.isPresent() || !REQUIRED)
                .as("POND_NGINX_REQUIRED is set, so nginx must be there")
                .isTrue();
        assumeTrue(program.isPresent(), "nginx is not installed: nothing is shown about pond behind it");
        return program.orElseThrow();
    }

    private static TestEvents follow(URI url, String run, String... headers) {
        List<String> all = new ArrayList<>(List.of(headers));
        all.add("Authorization: Bearer " + TestPond.SERVICE_TOKEN);
        return TestEvents.open(url, "/v1/runs/" + run + "/events", all.toArray(String[]::new));
    }

    /** Reads on until a stage has printed this. */
    private static void readUntil(TestEvents events, String line, List<Event> got) {
        Event event;
        do {
            event = events.next().orElseThrow(() -> new AssertionError("the stream has ended before '" + line + "'"));
            if (!event.id().isEmpty()) {
                got.add(event);
            }
        } while (!event.name().equals("log")
                || !Json.readTree(event.data()).path("line").asText().equals(line));
    }

    private void seen(int line) throws IOException {
        Files.createFile(folder.resolve("seen-" + line));
    }
}
