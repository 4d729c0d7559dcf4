package pond.server.usage;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pond.common.ids.JobId;
import pond.common.ids.RunId;
import pond.common.json.Json;
import pond.common.protocol.UsageRecord;
import pond.common.swarm.RateCard;
import pond.server.TestSchema;
import pond.testing.TestDatabase;
import pond.testing.TestHttp;
import pond.testing.TestRuns;

class UsageReportsTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-03-31T12:00:00Z"));
    private static final JobId JOB = JobId.of("01890a5d-ac96-774b-bcce-b302099a8057");
    /** A dollar for each token of uncached input, and nothing else. */
    private static final Optional<RateCard> RATES = Optional.of(new RateCard(1_000_000_000_000L, 0, 0L, 0L));

    private final TestRuns runs = new TestRuns();
    private TestDatabase database;
    private TestHttp http;

    @BeforeEach
    void open(@TempDir Path folder) {
        database = new TestDatabase(folder, "pond", TestSchema.pond(CLOCK));
        http = TestHttp.start((routes, answers) -> {
            runs.authenticate(routes);
            new UsageReportHandler(new UsageReports(database.db, CLOCK), answers).register(routes);
        });
        RunId red = run("mine", "{\"team\":\"red\",\"kind\":\"nightly\"}");
        RunId blue = run("mine", "{\"team\":\"blue\"}");
        RunId bare = run("theirs", "{}");
        record(red, RATES, "2026-03-30T00:00:00.000Z", "big", 10);
        record(red, RATES, "2026-03-30T23:59:59.999Z", "small", 5);
        record(red, Optional.empty(), "2026-03-31T00:00:00.000Z", "free", 7);
        record(blue, RATES, "2026-03-31T08:00:00.000Z", "big", 20);
        record(bare, RATES, "2026-03-31T09:00:00.000Z", "big", 40);
        record(bare, RATES, "2026-03-02T00:00:00.000Z", "old", 1);
        record(bare, RATES, "2026-03-01T23:59:59.999Z", "older", 1);
    }

    @AfterEach
    void close() {
        http.close();
        database.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "                        | big/acme 3 70 70.000000; small/acme 1 5 5.000000; old/acme 1 1 1.000000; free/acme 1 7 null",
                "by=project              | theirs 2 41 41.000000; mine 4 42 35.000000",
                "by=day                  | 2026-03-31 3 67 60.000000; 2026-03-30 2 15 15.000000; 2026-03-02 1 1 1.000000",
                "by=label:team           | null 2 41 41.000000; blue 1 20 20.000000; red 3 22 15.000000",
                "by=project&by=label:team| theirs/null 2 41 41.000000; mine/blue 1 20 20.000000; mine/red 3 22 15.000000",
                "by=label:team&by=label:kind&label=team | blue/null 1 20 20.000000; red/nightly 3 22 15.000000",
                "by=project&label=team=red   | mine 3 22 15.000000",
                "by=day&projectId=mine   | 2026-03-31 2 27 20.000000; 2026-03-30 2 15 15.000000",
                "by=day&since=2026-03-01 | 2026-03-31 3 67 60.000000; 2026-03-30 2 15 15.000000; 2026-03-01 1 1 1.000000; 2026-03-02 1 1 1.000000",
                "by=day&since=2026-03-30&until=2026-03-31 | 2026-03-30 2 15 15.000000",
                "by=day&since=2026-03-30T00:00:00.001Z&until=2026-03-31T08:00:00.001Z | 2026-03-31 2 27 20.000000; 2026-03-30 1 5 5.000000",
                "by=day&since=2026-03-31T00:00:00.001Z&until=2026-03-31T09:00:00Z | 2026-03-31 1 20 20.000000",
                "by=day&since=2026-03-31T10:00:00%2B02:00&until=2026-03-31T09:00:00Z | 2026-03-31 1 20 20.000000",
                "by=project&label=team=green | ''"
            })
    void callsAreAddedUp(String query, String expected) {
        JsonNode report = read(TestRuns.SERVICE, query == null ? "" : query);

        assertThat(String.join("; ", groups(report))).isEqualTo(expected);
        assertThat(report.path("truncated").booleanValue()).isFalse();
        long calls = 0;
        for (JsonNode group : report.path("groups")) {
            calls += group.path("calls").longValue();
        }
        assertThat(report.at("/totals/calls").longValue()).isEqualTo(calls);
    }

    @Test
    void theSumsOfDeletedRunsStay() {
        List<String> queries = List.of("", "by=project", "by=label:team&by=label:kind", "by=model&label=team=red");
        List<List<String>> before = queries.stream()
                .map(query -> groups(read(TestRuns.SERVICE, query)))
                .toList();
        List<String> all = database.db.read(tx -> tx.list("SELECT id FROM runs", row -> row.text("id")));

        TestDatabase.get(database.db.change(tx -> all.forEach(run -> {
            new UsageService(database.db).deleteRun(tx, RunId.of(run));
            tx.update("DELETE FROM runs WHERE id = ?", run);
        })));

        assertThat(queries.stream()
                        .map(query -> groups(read(TestRuns.SERVICE, query)))
                        .toList())
                .isEqualTo(before);
        assertThat(before).noneMatch(List::isEmpty);
    }

    @Test
    void aDayIsExactlyWhatItsCallsAre() {
        String day = read(TestRuns.SERVICE, "by=model&since=2026-03-30&until=2026-04-01")
                .toString();
        String parts = read(TestRuns.SERVICE, "by=model&since=2026-03-29T23:59:59.999Z&until=2026-03-31T23:59:59.999Z")
                .toString();

        assertThat(parts.substring(parts.indexOf("\"by\""))).isEqualTo(day.substring(day.indexOf("\"by\"")));
        assertThat(day)
                .contains("\"key\":{\"model\":\"big\",\"provider\":\"acme\"},\"calls\":3,\"inputTokens\":70,"
                        + "\"cacheReadTokens\":6,\"cacheWriteTokens\":9,\"outputTokens\":12,\"reasoningTokens\":3,"
                        + "\"costUsd\":70.000000}");
    }

    @Test
    void nothingAddsUpToNothing() {
        JsonNode report = read(TestRuns.SERVICE, "since=2000-01-01&until=2000-01-02");

        assertThat(report.path("groups")).isEmpty();
        assertThat(report.at("/totals/calls").longValue()).isZero();
        assertThat(report.at("/totals/costUsd").isNull()).isTrue();
        assertThat(report.path("since").asText()).isEqualTo("2000-01-01T00:00:00.000Z");
        assertThat(read(TestRuns.SERVICE, "").path("since").asText()).isEqualTo("2026-03-02T00:00:00.000Z");
    }

    @Test
    void aKeySeesItsOwnProjectOnly() {
        assertThat(groups(read(TestRuns.MINE, "by=project"))).containsExactly("mine 4 42 35.000000");
        assertThat(read(TestRuns.MINE, "since=2026-02-01").at("/totals/calls").longValue())
                .isEqualTo(4);
        assertThat(ask("/v1/usage?projectId=theirs", TestRuns.MINE).statusCode())
                .isEqualTo(403);
    }

    @Test
    void groupsBeyondTheBoundAreLeftOutAndSaid() {
        RunId many = run("many", "{}");
        for (int i = 0; i <= 1_000; i++) {
            record(many, RATES, "2026-03-31T00:00:00Z", "m" + i, 1_000 - i);
        }

        JsonNode report = read(TestRuns.SERVICE, "projectId=many");

        assertThat(report.path("groups").size()).isEqualTo(1_000);
        assertThat(report.path("truncated").booleanValue()).isTrue();
        assertThat(report.at("/totals/calls").longValue()).isEqualTo(1_001);
        assertThat(groups(report).get(999)).isEqualTo("m999/acme 1 1 1.000000");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "by=colour        | by    | must be project, model, day or label:KEY",
                "by=label:        | by    | must be project, model, day or label:KEY",
                "by=day&by=day    | by    | must name two different things",
                "by=day&by=model&by=project | by | may be given 2 times at most",
                "since=yesterday  | since | must be a date such as",
                "since=1969-12-31 | since | must be a date such as",
                "until=2026-13-01 | until | must be a date such as",
                "since=2026-03-02&until=2026-03-02 | until | must be after 'since'",
                "label==x         | label | must be KEY=VALUE",
                "page=2           | page  | there is no such query parameter here"
            })
    void aWrongQuestionIsRefusedByName(String query, String field, String message) {
        HttpResponse<String> answer = ask("/v1/usage?" + query, TestRuns.SERVICE);

        assertThat(answer.statusCode()).isEqualTo(422);
        JsonNode problem = Json.readTree(answer.body()).at("/problems/0");
        assertThat(problem.path("field").asText()).isEqualTo(field);
        assertThat(problem.path("message").asText()).contains(message);
    }

    private JsonNode read(String token, String query) {
        HttpResponse<String> answer = ask("/v1/usage?" + query, token);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Json.readTree(answer.body());
    }

    private HttpResponse<String> ask(String path, String token) {
        return http.get(path, "Authorization", token);
    }

    /** Each as what it has in common, calls, input and cost. */
    private static List<String> groups(JsonNode report) {
        List<String> lines = new ArrayList<>();
        for (JsonNode group : report.path("groups")) {
            String key = String.join(
                    "/", group.path("key").valueStream().map(JsonNode::asText).toList());
            lines.add(key + " " + group.path("calls") + " " + group.path("inputTokens") + " " + group.path("costUsd"));
        }
        return lines;
    }

    private RunId run(String project, String labels) {
        RunId id = runs.add(project);
        TestDatabase.get(database.db.change(tx -> {
            tx.update("""
                    INSERT INTO runs (id, project_id, submitted_by, status, version, created_at)
                    VALUES (?, ?, 'service', 'queued', 1, 0)
                    """, id, project);
            tx.update("""
                    INSERT INTO run_snapshots (run_id, trigger, definition, sources, labels)
                    VALUES (?, 'api', '{}', '[]', ?)
                    """, id, labels);
        }));
        return id;
    }

    private void record(RunId run, Optional<RateCard> rates, String at, String model, long input) {
        UsageRecord call = new UsageRecord(
                UUID.randomUUID(),
                "acme",
                model,
                model,
                null,
                input,
                2,
                3,
                4,
                1,
                UsageRecord.UsageSource.PROVIDER,
                false,
                UsageRecord.Ending.COMPLETE,
                200,
                Instant.parse(at),
                Instant.parse(at));
        UsageService usage = new UsageService(database.db);
        int added = TestDatabase.get(database.db.write(
                tx -> usage.record(tx, new UsageOrigin(run, "s", null, 1, JOB), rates, List.of(call))));
        assertThat(added).isEqualTo(1);
    }
}
