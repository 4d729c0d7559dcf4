package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.common.json.Json;
import pond.testing.TestEvents;
import pond.testing.TestEvents.Event;

/** The events of real runs. */
class EventScenariosTest {
    @TempDir
    private static Path folder;

    private static TestPond pond;
    private static Client client;

    @BeforeAll
    static void start() {
        pond = TestPond.start(folder.resolve("state"));
        client = pond.service();
    }

    @AfterAll
    static void stop() {
        pond.close();
    }

    @Test
    void stateAndLinesComeInOrderAndWhole() {
        String run = client.submit(Body.of(
                Body.shell("first", "for i in $(seq 700); do echo line $i; done; sleep 0.3; echo more"),
                Body.noop("pause", 4),
                Body.shell("second", "echo err >&2; echo 'a \"b\" \\ ü 🦆'")));

        List<Event> all = follow(client, run).rest();

        assertThat(all.get(0).name()).isEqualTo("run");
        assertThat(all.get(all.size() - 1).name()).isEqualTo("end");
        assertThat(all.get(all.size() - 1).data()).isEqualTo("{}");
        assertThat(named(all, "log").stream().map(event -> Json.readTree(event.data())))
                .containsExactlyElementsOf(client.log(run));
        List<Event> states = named(all, "run");
        assertThat(states).hasSizeGreaterThan(2);
        assertThat(states.stream().map(event -> version(event.data())))
                .isSorted()
                .doesNotHaveDuplicates();
        assertThat(states.get(states.size() - 1).data())
                .isEqualTo(client.get("/v1/runs/" + run).body());
        long version = 0;
        long line = 0;
        for (Event event : all) {
            version = event.name().equals("run") ? version(event.data()) : version;
            line = event.name().equals("log") ? line + 1 : line;
            assertThat(event.id()).isEqualTo(version + "-" + line);
        }
    }

    @Test
    void aLineArrivesBeforeTheNextIsPrintedAndSoDoesTheState() throws IOException {
        Path go = folder.resolve("go");
        String run = client.submit(
                Body.of(Body.shell("a", "echo one; until [ -e '%s' ]; do sleep 0.02; done; echo two".formatted(go))));

        try (TestEvents events = follow(client, run)) {
            JsonNode running;
            do {
                running = Json.readTree(events.next("run").data());
            } while (!running.at("/stages/0/status").asText().equals("running"));
            while (!events.next("log").data().contains("\"line\":\"one\"")) {
                assertThat(Files.exists(go)).isFalse();
            }
            Files.createFile(go);
            List<Event> rest = events.rest();

            assertThat(named(rest, "log").get(0).data()).contains("\"line\":\"two\"");
            assertThat(Json.readTree(named(rest, "run").get(0).data())
                            .at("/run/id")
                            .asText())
                    .isEqualTo(run);
        }
    }

    @Test
    void fromWhateverEventOnNothingIsLostOrDoubled() {
        String run = client.submit(Body.of(Body.shell("a", "seq 600"), Body.noop("b")));
        List<Event> all = follow(client, run).rest();
        List<String> lines = named(all, "log").stream().map(Event::data).toList();
        List<String> ids = all.stream().map(Event::id).distinct().toList();
        List<String> tried = new ArrayList<>();
        for (int i = 0; i < ids.size(); i += 37) {
            tried.add(ids.get(i));
        }
        tried.add(ids.get(ids.size() - 1));

        for (String id : tried) {
            List<Event> rest = follow(client, run, "Last-Event-ID: " + id).rest();

            int seen = Integer.parseInt(id.substring(id.indexOf('-') + 1));
            assertThat(named(rest, "log").stream().map(Event::data))
                    .as("after %s", id)
                    .containsExactlyElementsOf(lines.subList(seen, lines.size()));
            assertThat(rest.get(rest.size() - 1).name()).isEqualTo("end");
        }
    }

    @Test
    void afterTheEndThereIsOnlyTheEnd() {
        String run = client.submit(Body.of(Body.noop("a")));
        List<Event> all = follow(client, run).rest();
        Event end = all.get(all.size() - 1);

        assertThat(follow(client, run, "Last-Event-ID: " + end.id()).rest()).containsExactly(end);
    }

    @Test
    void aCancelledRunEndsItsStream() {
        String run = client.submit(Body.of(Body.shell("a", "echo begun; sleep 100")));
        try (TestEvents events = follow(client, run)) {
            while (!events.next("log").data().contains("begun")) {
                // Lines of the preflight come first.
            }

            client.cancel(run);

            List<Event> rest = events.rest();
            assertThat(named(rest, "run").get(named(rest, "run").size() - 1).data())
                    .contains("\"status\":\"cancelled\"");
            assertThat(rest.get(rest.size() - 1).name()).isEqualTo("end");
        }
    }

    @Test
    void aKeySeesItsOwnProjectOnly() {
        Client own = pond.project("events-own");
        String run = own.submit(Body.ofKey(Body.noop("a")));

        assertThat(follow(own, run).rest()).isNotEmpty();
        assertThat(follow(pond.project("events-other"), run).status()).isEqualTo(404);
    }

    @Test
    void theStopOfTheServerEndsStreamsAndTheNextServerGoesOn(@TempDir Path own) {
        String run;
        TestEvents events;
        String last;
        try (TestPond first = TestPond.start(own.resolve("state"))) {
            run = first.service().submit(Body.of(Body.shell("a", "echo begun; sleep 100")));
            events = follow(first.service(), run);
            Event line;
            do {
                line = events.next("log");
            } while (!line.data().contains("begun"));
            last = line.id();
        }
        assertThat(named(events.rest(), "end")).isEmpty();

        try (TestPond second = TestPond.start(own.resolve("state"))) {
            List<Event> rest =
                    follow(second.service(), run, "Last-Event-ID: " + last).rest();
            assertThat(rest.get(0).name()).isEqualTo("run");
            assertThat(rest.get(rest.size() - 1).name()).isEqualTo("end");
        }
    }

    private static TestEvents follow(Client who, String run, String... headers) {
        List<String> all = new ArrayList<>(List.of(headers));
        all.add("Authorization: Bearer " + who.token());
        return TestEvents.open(who.url(), "/v1/runs/" + run + "/events", all.toArray(String[]::new));
    }

    private static List<Event> named(List<Event> all, String name) {
        return all.stream().filter(event -> event.name().equals(name)).toList();
    }

    private static long version(String run) {
        return Json.readTree(run).at("/run/version").longValue();
    }
}
