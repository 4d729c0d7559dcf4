package pond.server.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.server.dispatch.TestAreas.areas;
import static pond.testing.TestDatabase.get;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pond.common.ids.RunId;
import pond.common.protocol.Invocation;
import pond.common.protocol.Job;
import pond.common.protocol.Outcome;
import pond.common.protocol.Progress;
import pond.server.artifacts.Artifact;

/** A stage with a job for each area of a list, on a real database. */
class FanOutTest {
    private static final Duration LEASE = TestDispatch.SETTINGS.lease();

    @TempDir
    private Path folder;

    private TestDispatch dispatch;
    private TestAreas agents;

    @BeforeEach
    void open() throws Exception {
        dispatch = new TestDispatch(folder);
        agents = new TestAreas(dispatch).registered();
    }

    @AfterEach
    void close() throws Exception {
        dispatch.close();
    }

    @Test
    void eightAreasOfTwoWorkersAreJoinedThoughThreeGoWrong() {
        FakeWorker one = agents.worker("one", 4);
        FakeWorker two = agents.worker("two", 4);
        RunId run = agents.fanOut(one, "jsonl", areas(8), "");
        List<Job> first = one.lease(4);
        List<Job> second = two.lease(4);
        assertThat(keys(first)).containsExactly("a0", "a1", "a2", "a3");
        assertThat(keys(second)).containsExactly("a4", "a5", "a6", "a7");
        assertThat(agents.work(run).worker()).as("its areas are with several").isNull();
        assertThat(agents.area(run, "a5").worker()).isEqualTo("two");

        one.done(first.get(1), "out.jsonl", "{\"n\":1}\n\n{\"n\":2,\"area\":\"lie\"}\n");
        one.done(first.get(0), "out.jsonl", "7\n");
        one.fail(first.get(2));
        get(one.complete(first.get(3), Outcome.timeout("too slow"), 0));
        for (Job job : second.subList(1, 4)) {
            two.done(job, "out.jsonl", "{\"k\":\"" + job.substage() + "\"}");
        }
        assertThat(dispatch.status(run)).isEqualTo("running");
        assertThat(Objects.requireNonNull(agents.work(run).progress()).done()).isEqualTo(7);
        assertThat(agents.joined(run, "out.jsonl"))
                .as("not before the last has ended")
                .isNull();
        dispatch.pass(LEASE);

        assertThat(dispatch.status(run)).isEqualTo("failed");
        assertThat(agents.code(run, "work")).isEqualTo("areas_failed");
        assertThat(agents.message(run, "work"))
                .isEqualTo("3 of 8 areas failed: a2 (bad), a3 (timeout), a4 (worker_lost)");
        assertThat(agents.joined(run, "out.jsonl")).isEqualTo("""
                        {"area":"a0","value":7}
                        {"area":"a1","n":1}
                        {"area":"a1","n":2}
                        {"area":"a5","k":"a5"}
                        {"area":"a6","k":"a6"}
                        {"area":"a7","k":"a7"}
                        """);
        assertThat(Objects.requireNonNull(agents.work(run).progress()).total()).isEqualTo(8);
        assertThat(agents.area(run, "a1").exitCode()).isZero();
    }

    @Test
    void aPromptIsFilledForItsAreaOnce() {
        FakeWorker worker = agents.worker("w", 1);
        agents.fanOut(worker, "jsonl", areas(1), "");

        Job job = worker.leaseOne();

        Invocation invocation = Objects.requireNonNull(job.invocation());
        assertThat(invocation.prompt()).isEqualTo("do T0: x/0\ny/0 {{GLOBS}} {{X}}");
        assertThat(job.substage()).isEqualTo("a0");
    }

    @Test
    void valuesAreJoinedAsOneList() {
        FakeWorker worker = agents.worker("w", 2);
        RunId run = agents.fanOut(worker, "json", "[{\"title\":\"x\"},{\"title\":\"y\"}]", "");
        List<Job> jobs = worker.lease(2);
        assertThat(keys(jobs)).containsExactly("0", "1");
        worker.done(jobs.get(1), "out.json", "[1,2.50]");
        worker.done(jobs.get(0), "out.json", "{\"a\":null}\n");

        assertThat(dispatch.status(run)).isEqualTo("done");
        assertThat(agents.joined(run, "out.json"))
                .isEqualTo("[{\"area\":\"0\",\"value\":{\"a\":null}},\n{\"area\":\"1\",\"value\":[1,2.50]}]\n");
        assertThat(dispatch.rooms.artifacts().list(run).stream()
                        .filter(artifact -> artifact.stage().equals("work"))
                        .map(Artifact::substage))
                .as("what each area left stays")
                .containsExactly(null, "0", "1");
    }

    @Test
    void aResultThatIsNoJsonFailsTheStageByName() {
        FakeWorker worker = agents.worker("w", 1);
        RunId run = agents.fanOut(worker, "jsonl", areas(1), "");
        worker.done(worker.leaseOne(), "out.jsonl", "{\"n\":1}\n{\"n\":\n");

        assertThat(agents.code(run, "work")).isEqualTo("result_unparsable");
        assertThat(agents.message(run, "work")).contains("'a0'").contains("line 2");
        assertThat(dispatch.status(run)).isEqualTo("failed");
    }

    @Test
    void anAreaThatIsDoneWithoutItsResultIsNotPassedOver() {
        FakeWorker worker = agents.worker("w", 1);
        RunId run = agents.fanOut(worker, "jsonl", areas(1), "");
        worker.done(worker.leaseOne());
        assertThat(agents.code(run, "work")).isEqualTo("artifact_missing");
    }

    @Test
    void eachAreaIsTriedAgainByItself() {
        FakeWorker worker = agents.worker("w", 2);
        RunId run = agents.fanOut(worker, "jsonl", areas(2), ",\"retry\":{\"max_attempts\":2,\"backoff_sec\":5}");
        List<Job> jobs = worker.lease(2);
        worker.fail(jobs.get(0));
        assertThat(agents.statuses(run)).containsExactly("a0 queued", "a1 running");
        assertThat(Objects.requireNonNull(agents.area(run, "a0").error()).code())
                .as("to be seen while it waits")
                .isEqualTo("bad");
        assertThat(worker.lease(1)).isEmpty();
        worker.done(jobs.get(1), "out.jsonl", "{}");
        assertThat(dispatch.status(run)).isEqualTo("running");

        dispatch.pass(Duration.ofSeconds(5));
        Job again = worker.leaseOne();
        assertThat(again.attempt()).isEqualTo(2);
        assertThat(again.substage()).isEqualTo("a0");
        worker.done(again, "out.jsonl", "{}");

        assertThat(dispatch.status(run)).isEqualTo("done");
        assertThat(agents.area(run, "a0").attempt()).isEqualTo(2);
        assertThat(agents.area(run, "a0").error()).isNull();
        assertThat(agents.work(run).attempt()).isEqualTo(1);
    }

    @Test
    void aCancelWithdrawsWhatIsQueuedAndStopsWhatRuns() {
        FakeWorker worker = agents.worker("w", 2);
        RunId run = agents.fanOut(worker, "jsonl", areas(4), ",\"retry\":{\"max_attempts\":2,\"backoff_sec\":5}");
        List<Job> jobs = worker.lease(2);
        worker.fail(jobs.get(0));

        dispatch.cancel(run);

        assertThat(agents.statuses(run)).containsExactly("a0 cancelled", "a1 running", "a2 skipped", "a3 skipped");
        assertThat(dispatch.status(run)).isEqualTo("cancelling");
        assertThat(worker.renew(jobs.get(1)).cancel())
                .containsExactly(jobs.get(1).id());
        assertThat(worker.lease(1)).isEmpty();
        get(worker.complete(jobs.get(1), Outcome.cancelled().withKillConfirmed(false), 0));
        assertThat(dispatch.status(run)).isEqualTo("cancelled");
        assertThat(dispatch.details(run).run().killConfirmed()).isFalse();
        assertThat(agents.work(run).status().toString()).isEqualTo("cancelled");
        assertThat(agents.joined(run, "out.jsonl")).isNull();
    }

    @Test
    void aCancelWithNothingLeasedIsOverAtOnce() {
        FakeWorker worker = agents.worker("w", 1);
        RunId run = agents.fanOut(worker, "jsonl", areas(2), "");
        worker.done(worker.leaseOne(), "out.jsonl", "{}");

        dispatch.cancel(run);

        assertThat(dispatch.status(run)).isEqualTo("cancelled");
        assertThat(dispatch.details(run).run().killConfirmed()).isTrue();
        assertThat(agents.statuses(run)).containsExactly("a0 done", "a1 skipped");
    }

    @Test
    void aCancelThatNobodyConfirmsTakesAreasBack() {
        FakeWorker worker = agents.worker("w", 1);
        RunId run = agents.fanOut(worker, "jsonl", areas(2), "");
        Job job = worker.leaseOne();
        dispatch.cancel(run);

        dispatch.pass(Duration.ofSeconds(15));

        assertThat(dispatch.status(run)).isEqualTo("cancelled");
        assertThat(dispatch.details(run).run().killConfirmed()).isFalse();
        assertThat(worker.renew(job).lost()).containsExactly(job.id());
    }

    @Test
    void aRunLimitEndsAFanOutThatIsHalfDone() {
        FakeWorker worker = agents.worker("w", 2);
        RunId run = agents.fanOut(worker, "jsonl", areas(3), "");
        List<Job> jobs = worker.lease(2);
        worker.done(jobs.get(0), "out.jsonl", "{}");
        Duration left = TestDispatch.SETTINGS.runLimit();
        for (Duration step = Duration.ofSeconds(20); !left.isNegative(); left = left.minus(step)) {
            worker.renew(jobs.get(1));
            dispatch.pass(step);
        }

        assertThat(dispatch.status(run)).isEqualTo("failed");
        assertThat(agents.code(run, "work")).isEqualTo("run_timeout");
        assertThat(agents.statuses(run)).containsExactly("a0 done", "a1 failed", "a2 skipped");
        assertThat(worker.renew(jobs.get(1)).lost()).containsExactly(jobs.get(1).id());
    }

    @Test
    void areasThatNobodyCanServeAnyMoreFailByThemselves() {
        FakeWorker worker = agents.worker("w", 1);
        RunId run = agents.fanOut(worker, "jsonl", areas(3), "");
        worker.done(worker.leaseOne(), "out.jsonl", "{}");
        get(worker.protocol.detach());
        dispatch.settle();
        dispatch.pass(TestDispatch.SETTINGS.noWorkerGrace());

        assertThat(agents.message(run, "work"))
                .isEqualTo("2 of 3 areas failed: a1 (no_capable_worker), a2 (no_capable_worker)");
        assertThat(agents.joined(run, "out.jsonl")).isEqualTo("{\"area\":\"a0\"}\n");
    }

    @Test
    void aFanOutThatNobodyCanServeFailsAsAStage() {
        FakeWorker shell = dispatch.worker("shell", 1, "shell");
        RunId run = agents.fanOut(shell, "jsonl", areas(3), "");
        assertThat(dispatch.waitingFor(run, "work")).isEqualTo("no_capable_worker");
        dispatch.pass(LEASE.dividedBy(2));
        dispatch.pass(TestDispatch.SETTINGS.noWorkerGrace());

        assertThat(agents.code(run, "work")).isEqualTo("no_capable_worker");
        assertThat(agents.statuses(run)).containsExactly("a0 skipped", "a1 skipped", "a2 skipped");
    }

    @Test
    void aFailureElsewhereEndsRetriesAndLetsTheOtherAreasRun() {
        FakeWorker worker = agents.worker("w", 4);
        RunId run = dispatch.submit(
                "garden",
                TestDispatch.shell("map", "") + "," + TestDispatch.shell("other", "") + ","
                        + TestAreas.agent(
                                "work",
                                "p",
                                TestAreas.fanout("jsonl"),
                                ",\"retry\":{\"max_attempts\":2,\"backoff_sec\":5}"),
                "{\"from\":\"map\",\"to\":\"work\"}");
        List<Job> roots = worker.lease(2);
        worker.done(roots.get(0), "areas.json", areas(3));
        List<Job> jobs = worker.lease(2);
        worker.fail(jobs.get(0));
        worker.fail(roots.get(1));
        assertThat(agents.statuses(run)).containsExactly("a0 failed", "a1 running", "a2 queued");
        worker.fail(jobs.get(1));
        assertThat(agents.statuses(run)).containsExactly("a0 failed", "a1 failed", "a2 queued");
        worker.done(worker.leaseOne(), "out.jsonl", "{}");

        assertThat(dispatch.status(run)).isEqualTo("failed");
        assertThat(Objects.requireNonNull(dispatch.details(run).run().error()).message())
                .contains("'other'");
        assertThat(agents.message(run, "work")).isEqualTo("2 of 3 areas failed: a0 (bad), a1 (bad)");
        assertThat(agents.joined(run, "out.jsonl")).isEqualTo("{\"area\":\"a2\"}\n");
    }

    @Test
    void whatMaxAreasLeavesOutIsNamedInTheLog() {
        FakeWorker worker = agents.worker("w", 1);
        RunId run = agents.fanOut(worker, "jsonl", areas(10), "");
        assertThat(agents.work(run).substages()).hasSize(8);
        get(dispatch.rooms.logs().changedAfter(run, 0));
        assertThat(dispatch.lines(run)).anySatisfy(line -> assertThat(line).endsWith("left out: a8, a9"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'areas':[]} | areas_invalid | lists no areas",
                "{\"areas\": | areas_invalid | is not JSON at line 1",
                "{\"areas\":[{\"why\":\"x\"}]} | areas_invalid | areas[0].title"
            })
    void aBrokenListFailsTheStageAtOnce(String list, String code, String message) {
        FakeWorker worker = agents.worker("w", 1);
        RunId run = agents.fanOut(worker, "jsonl", list.replace('\'', '"'), "");
        assertThat(dispatch.status(run)).isEqualTo("failed");
        assertThat(agents.code(run, "work")).isEqualTo(code);
        assertThat(agents.message(run, "work")).contains(message);
        assertThat(agents.work(run).substages()).isEmpty();
    }

    @Test
    void aFanOutWithoutItsListFailsAtOnce() {
        RunId run = dispatch.submit("garden", TestAreas.agent("work", "p", TestAreas.fanout("jsonl")));
        assertThat(dispatch.status(run)).isEqualTo("failed");
        assertThat(agents.code(run, "work")).isEqualTo("artifact_missing");
    }

    @Test
    void anAreaHasNoSayInTheProgressOfItsStage() {
        FakeWorker worker = agents.worker("w", 1);
        RunId run = agents.fanOut(worker, "jsonl", areas(2), "");
        Job job = worker.leaseOne();
        get(worker.protocol.progress(new Progress(job.ref(), 40, 50, "mine")));
        assertThat(Objects.requireNonNull(agents.work(run).progress()).total()).isEqualTo(2);
    }

    private static List<String> keys(List<Job> jobs) {
        List<String> keys = new ArrayList<>();
        jobs.forEach(job -> keys.add(String.valueOf(job.substage())));
        return keys;
    }
}
