package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.server.scenarios.Client.status;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is accepted, what is refused, and what makes two submits one. */
class SubmitScenariosTest {
    @TempDir
    private static Path folder;

    private static TestPond pond;
    private static Client client;

    @BeforeAll
    static void start() {
        pond = TestPond.start(folder.resolve("state"), "POND_LOCAL_EXECUTORS", "noop,builtin,shell");
        client = pond.service();
    }

    @AfterAll
    static void stop() {
        pond.close();
    }

    @Test
    void theSameKeyAndBodyAreOneRun() {
        String body = Body.of(Body.noop("a"));
        String run = client.submit(body, "Idempotency-Key", "once");
        client.end(run);

        Client.Answer again = client.post("/v1/runs", body, "Idempotency-Key", "once");
        Client.Answer reordered = client.post(
                "/v1/runs",
                "{\"definition\":{\"stages\":[%s]},  \"projectId\":\"garden\"}".formatted(Body.noop("a")),
                "Idempotency-Key",
                "once");

        assertThat(List.of(again, reordered)).allSatisfy(answer -> {
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.json().path("id").asText()).isEqualTo(run);
            assertThat(answer.json().path("status").asText()).isEqualTo("done");
        });
    }

    @Test
    void theSameKeyWithAnotherBodyIsRefused() {
        client.submit(Body.of(Body.noop("a")), "Idempotency-Key", "twice");

        Client.Answer other = client.post("/v1/runs", Body.of(Body.noop("b")), "Idempotency-Key", "twice");

        assertThat(other.status()).isEqualTo(409);
        assertThat(client.post("/v1/runs", Body.of(Body.noop("b")), "Idempotency-Key", "other")
                        .status())
                .isEqualTo(201);
    }

    @Test
    void aKeyBelongsToItsProject() {
        Client.Answer garden = client.post("/v1/runs", Body.of(Body.noop("a")), "Idempotency-Key", "shared");
        Client.Answer orchard = client.post(
                "/v1/runs", Body.of(Body.noop("a")).replace("garden", "orchard"), "Idempotency-Key", "shared");

        assertThat(orchard.status()).isEqualTo(201);
        assertThat(orchard.json().path("id")).isNotEqualTo(garden.json().path("id"));
    }

    @Test
    void aRefusedSubmitDoesNotUseUpItsKey() {
        Client.Answer refused = client.post("/v1/runs", Body.of(), "Idempotency-Key", "second try");
        assertThat(refused.status()).isEqualTo(422);
        Client.Answer invalid = client.post("/v1/runs", Body.of(), "Idempotency-Key", "second-try");

        assertThat(invalid.status()).isEqualTo(422);
        client.submit(Body.of(Body.noop("a")), "Idempotency-Key", "second-try");
    }

    @Test
    void submitsAtTheSameTimeWithOneKeyMakeOneRun() {
        String body = Body.of(Body.noop("a"));
        List<CompletableFuture<Client.Answer>> answers = IntStream.range(0, 16)
                .mapToObj(i -> CompletableFuture.supplyAsync(
                        () -> client.post("/v1/runs", body, "Idempotency-Key", "at-once")))
                .toList();

        assertThat(answers.stream()
                        .map(CompletableFuture::join)
                        .map(answer -> answer.json().path("id"))
                        .distinct())
                .hasSize(1);
        assertThat(answers.stream().filter(answer -> answer.join().status() == 201))
                .hasSize(1);
        assertThat(answers.stream().filter(answer -> answer.join().status() == 200))
                .hasSize(15);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "null",
                "7",
                "{\"projectId\":\"garden\",\"definition\":{\"stages\":[]}}",
                "{\"projectId\":\"garden\",\"definition\":{\"stages\":[{\"key\":\"a\",\"executor\":{\"kind\":\"fetch\"}}]}}",
                "{\"projectId\":\"garden\",\"definition\":{\"stages\":[{\"key\":\"_fetch\",\"executor\":{\"kind\":\"noop\"}}]}}",
                "{\"projectId\":\"garden\",\"definition\":{\"stages\":[{\"key\":\"a\",\"executor\":{\"kind\":\"noop\",\"tick\":1}}]}}",
                "{\"projectId\":\"garden\",\"sources\":[{}],\"definition\":{\"stages\":[{\"key\":\"a\",\"executor\":{\"kind\":\"noop\"}}]}}",
                "{\"projectId\":\"garden\",\"definition\":{\"stages\":[{\"key\":\"a\",\"executor\":{\"kind\":\"builtin\",\"name\":\"todo_scan\"}}]}}",
                "{\"projectId\":\"garden\",\"definition\":{\"stages\":[{\"key\":\"a\",\"executor\":{\"kind\":\"swarm\",\"harness\":\"h\",\"model\":\"m\",\"prompt\":\"p\"}}]}}",
                "{\"projectId\":\"garden\",\"definition\":{\"stages\":[{\"key\":\"a\",\"executor\":{\"kind\":\"noop\"}},{\"key\":\"b\",\"executor\":{\"kind\":\"noop\"}}],\"edges\":[{\"from\":\"a\",\"to\":\"b\"},{\"from\":\"b\",\"to\":\"a\"}]}}"
            })
    void submitRefusesExactlyWhatPreflightDoes(String body) {
        Client.Answer submit = client.post("/v1/runs", body);
        Client.Answer preflight = client.post("/v1/runs/preflight", body);

        assertThat(submit.status()).isEqualTo(422);
        assertThat(submit.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(preflight.status()).isEqualTo(200);
        assertThat(preflight.json().path("ok").booleanValue()).isFalse();
        JsonNode problems = preflight.json().path("problems");
        assertThat(problems).isNotEmpty();
        assertThat(submit.json().path("problems")).isEqualTo(problems);
    }

    /** Whatever it is refused for: no row more than before, in any table of either database. */
    @Test
    void aRefusedSubmitLeavesNothing() throws SQLException {
        Path state = folder.resolve("quiet");
        String whole = """
                "labels":{"team":"red"},"callback":{"url":"https://hooks.example/","secret":"0123456789abcdef0123456789abcdef"},
                "sources":[{"label":"app","kind":"inline","config":{"files":{"a":"b"}}}]""";
        String sandboxed = Body.stage(
                "b",
                "{\"kind\":\"swarm\",\"harness\":\"h\",\"model\":\"m\",\"prompt\":\"p\",\"sandbox\":{\"profile\":\"none\"}}");
        try (TestPond quiet = TestPond.startWithoutWaiting(state, "POND_LOCAL_EXECUTORS", "")) {
            Client caller = quiet.service();
            Client orchard = quiet.project("orchard");
            // It ends at once, so that nothing moves while rows are counted.
            caller.cancel(caller.submit(Body.of(Body.noop("a")), "Idempotency-Key", "used"));
            Map<String, Long> before = rows(state);

            List<Client.Answer> answers = List.of(
                    caller.post("/v1/runs", "{", "Idempotency-Key", "bad"),
                    caller.post("/v1/runs", Body.with(whole, Body.noop("a"), Body.noop("a")), "Idempotency-Key", "bad"),
                    caller.post("/v1/runs", Body.with(whole, Body.noop("a"), sandboxed), "Idempotency-Key", "bad"),
                    caller.post("/v1/runs", Body.with(whole, Body.noop("b")), "Idempotency-Key", "used"),
                    caller.post("/v1/runs", Body.with(whole, Body.noop("a")), "Idempotency-Key", "b a d"),
                    orchard.post("/v1/runs", Body.with(whole, Body.noop("a")), "Idempotency-Key", "bad"),
                    caller.post("/v1/runs?dry=1", Body.with(whole, Body.noop("a")), "Idempotency-Key", "bad"));

            assertThat(answers).extracting(Client.Answer::status).containsExactly(400, 422, 422, 409, 422, 403, 422);
            assertThat(rows(state)).isEqualTo(before);
            assertThat(before).containsEntry("runs", 1L).containsEntry("waits", 1L);
        }
    }

    /** How many each table has. */
    private static Map<String, Long> rows(Path state) throws SQLException {
        Map<String, Long> rows = new TreeMap<>();
        for (String database : List.of("pond.db", "logs.db")) {
            try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + state.resolve(database));
                    Statement tables = connection.createStatement();
                    Statement counting = connection.createStatement();
                    ResultSet table = tables.executeQuery("SELECT name FROM sqlite_schema WHERE type = 'table'")) {
                while (table.next()) {
                    String name = table.getString(1);
                    try (ResultSet count = counting.executeQuery("SELECT count(*) FROM \"" + name + "\"")) {
                        rows.put(name, count.getLong(1));
                    }
                }
            }
        }
        return rows;
    }

    @Test
    void preflightCreatesNothing() {
        int before = client.get("/v1/runs?projectId=dry").json().path("runs").size();
        Client.Answer answer =
                client.post("/v1/runs/preflight", Body.of(Body.noop("a")).replace("garden", "dry"));

        assertThat(answer.json().toString()).isEqualTo("{\"ok\":true,\"problems\":[]}");
        assertThat(client.get("/v1/runs?projectId=dry").json().path("runs")).hasSize(before);
    }

    @Test
    void warningsOfPreflightAreInTheLogOfTheRun() {
        String body = Body.of(Body.noop("first"), Body.swarm("agent"));
        JsonNode problems = client.post("/v1/runs/preflight", body).json().path("problems");
        String run = client.submit(body);
        client.cancel(run);
        client.end(run);

        assertThat(problems)
                .extracting(problem -> problem.path("code").asText())
                .containsExactly("harness_unknown", "model_unknown");
        assertThat(problems)
                .extracting(problem -> problem.path("severity").asText())
                .containsOnly("warning");
        assertThat(client.log(run).stream()
                        .filter(line -> line.path("source").asText().equals("preflight"))
                        .map(line -> line.path("line").asText())
                        .toList())
                .isEqualTo(problems.valueStream()
                        .map(problem -> problem.path("code").asText() + ": "
                                + problem.path("message").asText())
                        .toList());
    }

    @Test
    void aBodyThatIsNotJsonIsNoMatterOfProblems() {
        assertThat(client.post("/v1/runs", "{").status()).isEqualTo(400);
        assertThat(client.post("/v1/runs/preflight", "{\"a\":1,\"a\":2}").status())
                .isEqualTo(400);
        assertThat(client.post("/v1/runs", "").status()).isEqualTo(400);
    }

    @Test
    void aRunWithTwoHundredStagesWorks() {
        String[] stages =
                IntStream.range(0, 200).mapToObj(i -> Body.noop("s" + i)).toArray(String[]::new);
        String run = client.submit(Body.of(stages));

        JsonNode details = client.end(run);

        assertThat(status(details)).isEqualTo("done");
        assertThat(details.path("stages"))
                .extracting(stage -> stage.path("attempt").intValue())
                .containsOnly(1)
                .hasSize(200);
    }
}
