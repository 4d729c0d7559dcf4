package pond.server.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.testing.TestDatabase.failure;
import static pond.testing.TestDatabase.get;

import java.math.BigDecimal;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.common.api.UsageView;
import pond.common.api.UsageView.Totals;
import pond.common.ids.JobId;
import pond.common.ids.RunId;
import pond.common.json.Json;
import pond.common.protocol.UsageRecord;
import pond.common.swarm.RateCard;
import pond.server.errors.PondException;
import pond.testing.TestDatabase;
import pond.testing.TestHttp;
import pond.testing.TestRuns;

class UsageTest {
    private static final Instant AT = Instant.parse("2026-01-02T03:04:05.678Z");

    private static final JobId JOB = JobId.of("01890a5d-ac96-774b-bcce-b302099a8057");
    /** A micro-dollar for each uncached token of input, and nothing else. */
    private static final Optional<RateCard> RATES = Optional.of(new RateCard(1_000_000, 0, 0L, 0L));

    private final TestRuns runs = new TestRuns();
    private final RunId run = runs.add("mine");
    private TestDatabase database;
    private UsageService usage;

    @BeforeEach
    void open(@TempDir Path folder) {
        database = new TestDatabase(
                folder,
                "pond",
                "0001_create_keys.sql",
                "0002_create_runs.sql",
                "0004_create_usage.sql",
                "0008_create_invocations.sql");
        usage = new UsageService(database.db);
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void callsAreAddedUpInTotalByModelAndBySubstage() {
        get(record(new UsageOrigin(run, "scan", "a", 1, JOB), RATES, List.of(call("big", 10), call("small", 20))));
        get(record(new UsageOrigin(run, "scan", "b", 2, JOB), RATES, List.of(call("big", 30))));
        get(record(new UsageOrigin(runs.add("mine"), "scan", null, 1, JOB), RATES, List.of(call("big", 99))));

        UsageView view = usage.of(run);

        assertThat(view.totals()).isEqualTo(new Totals(3, 60, 6, 9, 12, 3, new BigDecimal("0.000060")));
        assertThat(view.byModel())
                .extracting(model -> model.provider() + "/" + model.model() + " "
                        + model.totals().inputTokens() + " " + model.totals().costUsd())
                .containsExactly("acme/big 40 0.000040", "acme/small 20 0.000020");
        assertThat(view.substages())
                .extracting(part -> part.substage() + "#" + part.attempt() + " " + part.model() + " "
                        + part.totals().inputTokens())
                .containsExactly("a#1 big 10", "a#1 small 20", "b#2 big 30");
    }

    @Test
    void aCallThatIsReportedTwiceCountsOnce() {
        UsageRecord call = call("big", 10);
        UsageOrigin origin = new UsageOrigin(run, "scan", null, 1, JOB);

        assertThat(get(record(origin, RATES, List.of(call)))).isEqualTo(1);
        assertThat(get(record(origin, RATES, List.of(call, call)))).isZero();

        assertThat(usage.of(run).totals().calls()).isEqualTo(1);
    }

    @Test
    void aCostIsUnknownOnlyWhenNoCallHasOne() {
        UsageOrigin origin = new UsageOrigin(run, "scan", null, 1, JOB);
        get(record(origin, Optional.empty(), List.of(call("free", 10))));
        assertThat(usage.of(run).totals().costUsd()).isNull();

        get(record(origin, RATES, List.of(call("big", 10))));
        assertThat(usage.of(run).totals().costUsd()).isEqualTo(new BigDecimal("0.000010"));
    }

    @Test
    void whatWasSpentIsThatOfAllAttemptsAndAreas() {
        RateCard free = new RateCard(0, 0, null, null);
        get(record(new UsageOrigin(run, "scan", "a", 1, JOB), RATES, List.of(call("big", 10))));
        get(record(new UsageOrigin(run, "scan", "b", 2, JOB), RATES, List.of(call("big", 20))));
        get(record(new UsageOrigin(run, "fix", null, 1, JOB), Optional.of(free), List.of(call("big", 40))));
        get(record(new UsageOrigin(run, "fix", null, 1, JOB), Optional.empty(), List.of(call("big", 80))));
        get(record(new UsageOrigin(runs.add("mine"), "scan", null, 1, JOB), RATES, List.of(call("big", 99))));

        assertThat(database.db.<Spent>read(tx -> usage.spent(tx, run))).isEqualTo(new Spent(30, 150 + 4 * 9));
        assertThat(database.db.<Spent>read(tx -> usage.spent(tx, run, "scan"))).isEqualTo(new Spent(30, 30 + 2 * 9));
    }

    @Test
    void noSumOfCostsIsTooLargeToBeRead() {
        Optional<RateCard> dear = Optional.of(new RateCard(1_000_000_000_000L, 0, 0L, 0L));
        for (int i = 0; i < 12; i++) {
            get(record(new UsageOrigin(run, "scan", null, 1, JOB), dear, List.of(call("big", 1_000_000_000_000L))));
        }

        assertThat(usage.of(run).totals().costUsd()).isEqualTo(new BigDecimal("12000000.000000"));
    }

    @Test
    void aRunWithoutCallsHasZeroes() {
        assertThat(usage.of(run).totals()).isEqualTo(new Totals(0, 0, 0, 0, 0, 0, null));
        assertThat(usage.of(run).byModel()).isEmpty();
        assertThat(usage.of(run).substages()).isEmpty();
    }

    @Test
    void numbersThatNoCallCanHaveAreRefused() {
        UsageOrigin origin = new UsageOrigin(run, "scan", null, 1, JOB);

        assertThat(failure(record(origin, RATES, List.of(call("a", 1), call("b", -1)))))
                .isInstanceOf(PondException.class);
        assertThat(failure(record(origin, RATES, List.of(call("a", Long.MAX_VALUE)))))
                .isInstanceOf(PondException.class);
        assertThat(usage.of(run).totals().calls()).isZero();
    }

    @Test
    void theCallAnswersWithDollarsAndHidesOtherProjects() {
        get(record(new UsageOrigin(run, "scan", "a", 1, JOB), RATES, List.of(call("big", 1_500_001))));
        try (TestHttp http = TestHttp.start((routes, answers) -> {
            runs.authenticate(routes);
            new UsageHandler(usage, runs.access(), answers).register(routes);
        })) {
            HttpResponse<String> answer = http.get("/v1/runs/" + run + "/usage", "Authorization", TestRuns.MINE);
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).contains("\"costUsd\":1.500001");
            assertThat(Json.readTree(answer.body())
                            .at("/substages/0/usageSource")
                            .asText())
                    .isEqualTo("provider");
            assertThat(http.get("/v1/runs/" + runs.add("theirs") + "/usage", "Authorization", TestRuns.MINE)
                            .statusCode())
                    .isEqualTo(404);
        }
    }

    private CompletableFuture<Integer> record(UsageOrigin origin, Optional<RateCard> rates, List<UsageRecord> calls) {
        return database.db.write(tx -> usage.record(tx, origin, rates, calls));
    }

    private static UsageRecord call(String model, long input) {
        return new UsageRecord(
                UUID.randomUUID(),
                "acme",
                "asked",
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
                AT,
                AT);
    }
}
