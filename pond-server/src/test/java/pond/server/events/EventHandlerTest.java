package pond.server.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pond.common.ids.RunId;
import pond.testing.TestEvents;
import pond.testing.TestEvents.Event;
import pond.testing.TestHttp;
import pond.testing.TestRuns;

class EventHandlerTest {
    private static final Duration PING = Duration.ofMillis(300);
    private static final int MAX_FOLLOWERS = 60;
    private static final String MINE = "Authorization: " + TestRuns.MINE;

    private final TestRuns runs = new TestRuns();
    private final RunId run = runs.add("mine");
    private final ScriptedEvents source = new ScriptedEvents(run);
    private final List<TestEvents> opened = new ArrayList<>();
    private EventService events;
    private TestHttp http;

    @BeforeEach
    void open() {
        events = new EventService(source, new EventService.Settings(PING, MAX_FOLLOWERS));
        http = TestHttp.start((routes, answers) -> {
            runs.authenticate(routes);
            new EventHandler(events, runs.access(), answers).register(routes);
        });
    }

    @AfterEach
    void close() {
        opened.forEach(TestEvents::close);
        http.close();
        events.close();
    }

    @Test
    void theStreamBeginsWithTheRetryAndEndsWithTheEnd() {
        source.print("a", "b", "c", "d", "e");
        source.end();

        TestEvents stream = follow("");

        assertThat(stream.status()).isEqualTo(200);
        assertThat(stream.header("Content-Type").orElseThrow()).startsWith("text/event-stream");
        assertThat(stream.header("Cache-Control")).contains("no-store");
        assertThat(stream.header("X-Accel-Buffering")).contains("no");
        assertThat(stream.header("Content-Length")).isEmpty();
        assertThat(stream.next().orElseThrow().name()).isEqualTo("retry");
        List<Event> all = stream.rest();
        assertThat(all).extracting(Event::id).containsExactly("1-1", "1-2", "1-3", "1-4", "1-5", "1-5");
        assertThat(all.get(5)).isEqualTo(new Event("1-5", "end", "{}"));
        assertThat(all.get(1).data()).isEqualTo("""
                        {"id":2,"at":"1970-01-01T00:00:00.000Z","stage":null,"substage":null,"attempt":0,\
                        "stream":"stdout","source":"stage","line":"b"}""");
    }

    @Test
    void aLineComesWhenItIsPrinted() {
        TestEvents stream = follow("");
        await().until(() -> source.waiting() == 1);

        source.print("first");
        assertThat(stream.next("log").id()).isEqualTo("1-1");
        source.print("second");
        assertThat(stream.next("log").id()).isEqualTo("1-2");
        source.end();

        assertThat(stream.rest()).extracting(Event::name).containsExactly("end");
    }

    @Test
    void theLastEventIsWhereItGoesOnWhateverTheQuerySays() {
        source.print("a", "b", "c", "d");
        source.end();

        assertThat(follow("?version=1&since=2").rest()).extracting(Event::id).containsExactly("1-3", "1-4", "1-4");
        assertThat(follow("?version=1&since=0", "Last-Event-ID: 1-3").rest())
                .extracting(Event::id)
                .containsExactly("1-4", "1-4");
        assertThat(follow("", "Last-Event-ID: 1-4").rest()).containsExactly(new Event("1-4", "end", "{}"));
        assertThat(follow("?version=&since=", "Last-Event-ID: ").rest()).hasSize(5);
    }

    @ParameterizedTest
    @ValueSource(strings = {"version=x", "version=-1", "since=1.5", "since=1&since=2", "wait=5", "sinse=3"})
    void aParameterThatCannotBeTakenIsRefused(String query) {
        HttpResponse<String> answer = http.get(path("?" + query), "Authorization", TestRuns.MINE);

        assertThat(answer.statusCode()).isEqualTo(422);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(events.following()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"7", "7-", "-7", "7-x", "7-1-1", "-1-3", "7-9999999999999999999", "seven-one"})
    void aLastEventThatIsNoneIsRefused(String id) {
        HttpResponse<String> answer = http.get(path(""), "Authorization", TestRuns.MINE, "Last-Event-ID", id);

        assertThat(answer.statusCode()).isEqualTo(422);
        assertThat(answer.body()).contains("\"field\":\"Last-Event-ID\"");
    }

    @Test
    void anotherProjectsRunLooksLikeNone() {
        String theirs = "/v1/runs/" + runs.add("theirs") + "/events";

        HttpResponse<String> other = http.get(theirs, "Authorization", TestRuns.MINE);
        HttpResponse<String> none =
                http.get("/v1/runs/0190a5c7-0000-7000-8000-000000000000/events", "Authorization", TestRuns.MINE);

        assertThat(other.statusCode()).isEqualTo(404);
        assertThat(other.body()).isEqualTo(none.body());
        assertThat(http.get(path("")).statusCode()).isEqualTo(401);
    }

    @Test
    void headGivesTheHeadersAndFollowsNothing() {
        HttpResponse<String> answer = http.send(http.request(path(""))
                .header("Authorization", TestRuns.MINE)
                .method("HEAD", BodyPublishers.noBody())
                .build());

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(events.following()).isZero();
    }

    @Test
    void aSilentStreamShowsThatItIsAlive() {
        TestEvents stream = follow("");
        stream.next("retry");

        assertThat(stream.next().orElseThrow().name()).isEqualTo("comment");
        assertThat(stream.next().orElseThrow().name()).isEqualTo("comment");
        source.print("at last");

        assertThat(stream.next("log").id()).isEqualTo("1-1");
    }

    @Test
    void oneTooManyIsTurnedAwayAndAHangUpMakesRoom() {
        for (int i = 0; i < MAX_FOLLOWERS; i++) {
            follow("").next("retry");
        }

        TestEvents refused = follow("");
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.header("Retry-After")).isPresent();
        assertThat(refused.header("Content-Type")).contains("application/problem+json");

        opened.get(0).close();
        await().until(() -> events.following() < MAX_FOLLOWERS);
        assertThat(follow("").status()).isEqualTo(200);
    }

    @Test
    void whoHangsUpLeavesNothingBehind() {
        TestEvents stays = follow("");
        TestEvents goes = follow("");
        goes.next("retry");
        stays.next("retry");
        await().until(() -> source.waiting() == 1 && events.following() == 2);

        goes.close();
        await().until(() -> events.following() == 1);
        source.print("still here");
        assertThat(stays.next("log").id()).isEqualTo("1-1");
        stays.close();

        await().until(() -> events.following() == 0 && events.places() == 0 && source.waiting() == 0);
    }

    @Test
    void followersAtOnePlaceShareTheirReadsAndWaits() {
        for (int i = 0; i < 50; i++) {
            follow("").next("retry");
        }
        await().until(() -> source.waiting() == 1 && events.places() == 1);
        int before = source.reads.get();

        source.print("one", "two");
        for (TestEvents stream : opened) {
            assertThat(stream.next("log").id()).isEqualTo("1-1");
            assertThat(stream.next("log").id()).isEqualTo("1-2");
        }

        assertThat(source.reads.get() - before).isLessThanOrEqualTo(2);
        source.end();
        opened.forEach(stream -> assertThat(stream.rest()).hasSize(1));
    }

    @Test
    void aSlowReaderHoldsUpNobody() {
        TestEvents slow = follow("");
        TestEvents quick = follow("");
        source.flood();

        for (int i = 0; i < 40; i++) {
            assertThat(quick.next("comment").id()).isEmpty();
        }

        assertThat(events.following()).isEqualTo(2);
        assertThat(slow.next("retry").id()).isEmpty();
    }

    @Test
    void whenEventsCannotBeReadTheStreamEndsSoThatItsReaderComesBack() {
        TestEvents stream = follow("");
        stream.next("retry");
        await().until(() -> source.waiting() == 1);

        source.breakDown();

        assertThat(stream.rest()).isEmpty();
        await().until(() -> events.following() == 0 && events.places() == 0);
    }

    @Test
    void theStopEndsStreamsWithoutAnEnd() {
        TestEvents stream = follow("");
        stream.next("retry");

        http.close();

        assertThat(stream.rest()).isEmpty();
        assertThat(events.following()).isZero();
    }

    private TestEvents follow(String query, String... headers) {
        List<String> all = new ArrayList<>(List.of(headers));
        all.add(MINE);
        TestEvents stream = TestEvents.open(http.url(), path(query), all.toArray(String[]::new));
        opened.add(stream);
        return stream;
    }

    private String path(String query) {
        return "/v1/runs/" + run + "/events" + query;
    }
}
