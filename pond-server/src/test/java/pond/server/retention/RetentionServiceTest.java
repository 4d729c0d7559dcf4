package pond.server.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.testing.TestDatabase.get;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.common.ids.RunId;

class RetentionServiceTest {
    private static final String SUMS = "SELECT count(*) AS text FROM usage_days";
    private static final String LABELS = "SELECT count(*) AS text FROM usage_labels";

    private TestRetention pond;

    @BeforeEach
    void open(@TempDir Path folder) {
        pond = new TestRetention(folder);
    }

    @AfterEach
    void close() {
        pond.close();
    }

    @Test
    void aRunThatIsOldGoesWithAllThatIsItsAndItsCostStays() {
        RunId old = pond.ended("garden", "old");
        pond.delivery(old, "delivered");
        days(60);
        RunId young = pond.ended("garden", "young");
        days(31);

        RetentionPass pass = pond.service(TestRetention.USUAL).run();

        assertThat(pass.error()).isNull();
        assertThat(pass.removed().runs()).isEqualTo(1);
        assertThat(pond.exists(old)).isFalse();
        assertThat(pond.exists(young)).isTrue();
        assertThat(pond.leftovers()).isEmpty();
        assertThat(pond.one("SELECT sum(cost_micros) AS text FROM usage_days")).isEqualTo("20");
        assertThat(pond.one("SELECT count(*) AS text FROM usage_days JOIN labels_of_usage USING (run_id)"
                        + " WHERE key = 'team' AND value = 'red'"))
                .isEqualTo("2");
    }

    @Test
    void sumsOfModelCallsGoAfterTwoYearsWithTheirLabels() {
        pond.ended("garden", "old");
        days(700);
        pond.ended("garden", "younger");
        days(31);
        RetentionService service = pond.service(TestRetention.USUAL);
        assertThat(service.run().error()).isNull();
        assertThat(pond.one(SUMS)).as("731 days are two years").isEqualTo("2");
        assertThat(pond.one(LABELS)).as("of the run that is gone").isEqualTo("1");

        days(1);
        assertThat(service.run().error()).isNull();
        assertThat(pond.one(SUMS)).isEqualTo("1");
        assertThat(pond.one(LABELS)).isEqualTo("0");

        days(700);
        assertThat(service.run().error()).isNull();
        assertThat(pond.one(SUMS)).isEqualTo("0");
        assertThat(pond.one(LABELS)).isEqualTo("0");
    }

    @Test
    void sumsStayForAsLongAsRunsMay() {
        Duration runs = Duration.ofDays(2_000);
        RunId run = pond.ended("garden", "kept");
        days(1_999);

        assertThat(pond.service(new RetentionPolicy(runs, null, null, null))
                        .run()
                        .error())
                .isNull();
        assertThat(pond.exists(run)).isTrue();
        assertThat(pond.one(SUMS)).isEqualTo("1");

        days(2);
        assertThat(pond.service(new RetentionPolicy(runs, null, null, null))
                        .run()
                        .error())
                .isNull();
        assertThat(pond.exists(run)).isFalse();
        assertThat(pond.one(SUMS)).isEqualTo("0");
        assertThat(pond.one(LABELS)).isEqualTo("0");
    }

    @Test
    void logAndArtifactsGoBeforeTheirRunWhichSaysSo() {
        RunId run = pond.ended("garden", "text");
        days(31);

        RetentionPass pass = pond.service(TestRetention.USUAL).run();

        assertThat(pass.removed().runs()).isZero();
        assertThat(pass.removed().logs()).isEqualTo(1);
        assertThat(pass.removed().artifactBytes()).isEqualTo(4);
        assertThat(pass.files()).isEqualTo(1);
        assertThat(pass.fileBytes()).isEqualTo(4);
        assertThat(pond.exists(run)).isTrue();
        assertThat(pond.removals.findLogs(run)).contains(pond.clock.instant());
        assertThat(pond.removals.findArtifacts(run)).contains(pond.clock.instant());
        assertThat(pond.artifacts.list(run)).isEmpty();
        assertThat(pond.leftovers()).isEmpty();
        assertThat(pond.service(TestRetention.USUAL).run().removed()).isEqualTo(RetentionPlan.Sum.NOTHING);
    }

    @Test
    void whatIsNotOverIsNotTouchedHoweverOldItIs() {
        RunId running = pond.running("garden", "running");
        RunId undelivered = pond.ended("garden", "undelivered");
        pond.delivery(undelivered, "pending");
        RunId original = pond.ended("garden", "original");
        RunId rerun = pond.running("garden", "rerun");
        pond.rerun(rerun, original);
        days(1_000);
        RetentionService service =
                pond.service(new RetentionPolicy(Duration.ofDays(1), Duration.ofDays(1), Duration.ofDays(1), 1L));

        assertThat(service.run().removed()).isEqualTo(RetentionPlan.Sum.NOTHING);
        assertThat(List.of(running, undelivered, original, rerun)).allMatch(pond::isWhole);
        assertThat(pond.one(SUMS)).as("what their model calls cost").isEqualTo("4");

        pond.delivery(undelivered, "given_up");
        pond.end(rerun);
        assertThat(service.run().removed().runs()).isEqualTo(2);
        assertThat(pond.exists(undelivered)).isFalse();
        assertThat(pond.exists(original)).isFalse();
        assertThat(pond.isWhole(rerun)).as("it has only just ended").isFalse();
        assertThat(pond.exists(rerun)).isTrue();
        assertThat(pond.leftovers()).isEmpty();
    }

    @Test
    void aRunThatIsWantedSinceTheDecisionStays() {
        RunId run = pond.ended("garden", "text");
        days(100);
        List<Decision> decisions = decisions(TestRetention.USUAL);
        pond.delivery(run, "pending");

        RetentionService.Rows rows = pond.service(TestRetention.USUAL).removeRows(decisions);

        assertThat(rows.seen()).isEqualTo(1);
        assertThat(rows.logs()).isEmpty();
        assertThat(pond.isWhole(run)).isTrue();
    }

    @Test
    void aProjectWithTooMuchLosesWhatIsOldest() {
        RunId first = pond.ended("big", "a".repeat(1_000));
        RunId second = pond.ended("big", "b".repeat(1_000));
        RunId unfinished = pond.running("big", "c".repeat(1_000));
        RunId third = pond.ended("big", "d".repeat(1_000));
        RunId other = pond.ended("small", "e".repeat(1_000));
        days(1);
        // Each has a log and an artifact of 1,000 bytes and something more; four of them are too much, three are not.
        RetentionPolicy policy = new RetentionPolicy(null, null, null, 8_000L);
        RetentionPlan plan = pond.service(policy).plan();

        RetentionPass pass = pond.service(policy).run();

        assertThat(pass.removed()).isEqualTo(plan.total());
        assertThat(plan.projects()).extracting(each -> each.project().value()).containsExactly("big");
        assertThat(pond.exists(first)).isTrue();
        assertThat(pond.removals.hasLog(first)).isFalse();
        assertThat(pond.removals.findArtifacts(first)).isPresent();
        assertThat(List.of(second, unfinished, third, other)).allMatch(pond::isWhole);
        assertThat(pond.leftovers()).isEmpty();
    }

    @Test
    void bytesThatAnotherRunHasTooStay() {
        pond.ended("garden", "the same");
        days(60);
        RunId young = pond.ended("garden", "the same");
        days(31);
        RunId last = pond.ended("garden", "the same");
        // So that it is not its youth that keeps the file.
        pond.clock.advance(Duration.ofHours(2));
        RetentionService service =
                pond.service(new RetentionPolicy(Duration.ofDays(90), Duration.ofDays(90), Duration.ofDays(90), null));

        RetentionPass pass = service.run();

        assertThat(pass.removed().runs()).isEqualTo(1);
        assertThat(pass.files()).isZero();
        assertThat(List.of(young, last)).allMatch(pond::isWhole);
    }

    @Test
    void aFileThatIsUploadedAgainAtTheMomentOfItsRemovalStays() {
        RunId old = pond.ended("garden", "the same");
        days(100);
        RetentionService.Rows rows = pond.service(TestRetention.USUAL).removeRows(decisions(TestRetention.USUAL));
        RunId young = pond.running("garden", "the same");

        assertThat(pond.artifacts.deleteFiles(rows.digests()).files()).isZero();
        get(pond.logs.deleteRuns(rows.logs()));

        assertThat(pond.exists(old)).isFalse();
        assertThat(pond.isWhole(young)).isTrue();
        assertThat(pond.leftovers()).isEmpty();
    }

    @Test
    void aCrashAfterAnyStepLeavesNothingBehindTheSweep() {
        for (int steps = 1; steps <= 2; steps++) {
            RunId gone = pond.ended("garden", "gone " + steps);
            days(60);
            RunId stripped = pond.ended("garden", "stripped " + steps);
            days(31);
            RetentionService service = pond.service(TestRetention.USUAL);
            List<Decision> decisions = decisions(TestRetention.USUAL);
            assertThat(decisions).hasSizeGreaterThanOrEqualTo(2);
            while (!decisions.isEmpty()) {
                RetentionService.Rows rows = service.removeRows(decisions);
                if (steps > 1) {
                    get(pond.logs.deleteRuns(rows.logs()));
                }
                decisions = decisions.subList(rows.seen(), decisions.size());
            }
            assertThat(pond.leftovers()).as("the steps that did not come").isNotEmpty();

            pond.sweep();

            assertThat(pond.leftovers()).isEmpty();
            assertThat(pond.exists(gone)).isFalse();
            assertThat(pond.exists(stripped)).isTrue();
            assertThat(pond.logs.lastId(stripped)).isZero();
        }
    }

    @Test
    void withoutAPolicyNothingGoes() {
        RunId run = pond.ended("garden", "text");
        days(30_000);

        assertThat(pond.service(TestRetention.NOTHING).run().removed()).isEqualTo(RetentionPlan.Sum.NOTHING);
        assertThat(pond.isWhole(run)).isTrue();
    }

    @Test
    void aPassThatIsStoppedSaysSo() {
        pond.ended("garden", "text");
        days(100);
        RetentionService service = pond.service(TestRetention.USUAL);
        service.close();

        assertThat(service.run().error()).isEqualTo("the server was stopped");
    }

    private List<Decision> decisions(RetentionPolicy policy) {
        List<Decision> all = new ArrayList<>();
        new Selection(pond.database.db, pond.logs, policy).each(pond.clock.instant(), all::addAll);
        return all;
    }

    private void days(int days) {
        pond.clock.advance(Duration.ofDays(days));
    }
}
