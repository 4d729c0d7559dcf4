package pond.server.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.testing.TestDatabase.get;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.common.api.RerunFrom;
import pond.common.definition.Budget;
import pond.common.ids.RunId;
import pond.common.ids.WorkerId;
import pond.common.protocol.Completion;
import pond.common.protocol.Job;
import pond.common.protocol.LeaseRequest;
import pond.common.protocol.Outcome;
import pond.common.protocol.Receipt;
import pond.common.protocol.RenewRequest;
import pond.common.protocol.Renewal;
import pond.common.protocol.UsageBatch;
import pond.common.protocol.WorkerProtocol;
import pond.server.workerapi.WorkerProtocolService;
import pond.server.workers.Party;
import pond.testing.TestClock;

/** Budgets of stages and runs: what is left, who is told, and that nothing of it is forgotten. */
class BudgetsTest {
    private final TestClock clock = new TestClock();
    private Path folder;
    private TestDispatch server;
    private TestAgents agents;
    private WorkerProtocol worker;
    private WorkerId attachment;

    @BeforeEach
    void open(@TempDir Path state) throws Exception {
        folder = state;
        server = new TestDispatch(folder, clock);
        agents = new TestAgents(server);
        worker = new WorkerProtocolService(server.rooms, new Party(server.enroll("w"), Set.of()));
        attachment = get(worker.attach(TestAgents.attach())).worker();
        server.settle();
    }

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void whatIsLeftIsTheLessOfTheStagesAndTheRuns() {
        RunId run = agents.submit(
                "{\"max_cost_usd\":\"0.0001\",\"max_tokens\":1000}", "{\"max_cost_usd\":\"0.00007\"}", "one", "two");
        assertThat(left(run, "one")).isEqualTo(new Budget(70L, 1000L));

        use(lease(1).get(0), 60);

        assertThat(Stream.of(left(run, "one"), left(run, "two")))
                .containsExactlyInAnyOrder(new Budget(10L, 940L), new Budget(40L, 940L));
    }

    @Test
    void withoutBudgetsThereIsNoBound() {
        RunId run = agents.submit("", "", "one");
        Job job = lease(1).get(0);

        use(job, 1_000_000_000_000L);

        assertThat(left(run, "one")).isEqualTo(Budget.UNLIMITED);
        assertThat(renew(false, job)).isEqualTo(Renewal.none(false));
    }

    @Test
    void aCostMayComeToTheBudgetAndNotAbove() {
        RunId run = agents.submit("", "{\"max_cost_usd\":\"0.0001\"}", "one");
        Job job = lease(1).get(0);

        use(job, 100);
        assertThat(renew(false, job).overBudget()).isEmpty();
        assertThat(left(run, "one")).isEqualTo(new Budget(0L, null));

        use(job, 1);
        assertThat(renew(false, job).overBudget()).containsExactly(job.id());
        assertThat(left(run, "one")).isEqualTo(new Budget(0L, null));
    }

    @Test
    void theBudgetOfARunEndsAllItsAgentsAndOfAStageItsOwn() {
        agents.submit("{\"max_tokens\":100}", "{\"max_tokens\":50}", "one", "two");
        List<Job> jobs = lease(2);

        use(jobs.get(0), 60);
        assertThat(renew(false, jobs).overBudget()).containsExactly(jobs.get(0).id());

        use(jobs.get(1), 40);
        assertThat(renew(false, jobs).overBudget())
                .containsExactlyInAnyOrder(jobs.get(0).id(), jobs.get(1).id());
    }

    @Test
    void runsOfOneDefinitionHaveABudgetEach() {
        RunId first = agents.submit("{\"max_tokens\":100}", "{\"max_tokens\":50}", "one");
        agents.submit("{\"max_tokens\":100}", "{\"max_tokens\":50}", "one");
        List<Job> jobs = lease(2);
        Job ofFirst =
                jobs.stream().filter(job -> job.run().equals(first)).findFirst().orElseThrow();

        use(ofFirst, 60);

        assertThat(renew(false, jobs).overBudget()).containsExactly(ofFirst.id());
    }

    @Test
    void aWorkerThatKnowsIsNotToldAtOnceAgain() {
        agents.submit("", "{\"max_tokens\":10}", "one");
        Job job = lease(1).get(0);
        use(job, 11);

        CompletableFuture<Renewal> waiting =
                agents.asked(worker.renew(request(true, Duration.ofSeconds(10), List.of(job))));

        assertThat(waiting).isNotDone();
        use(job, 1);
        assertThat(get(waiting).overBudget()).containsExactly(job.id());
    }

    @Test
    void whatEarlierAttemptsUsedCountsForLaterOnes() {
        RunId run = agents.submit("", "{\"max_tokens\":100}", "one");
        Job job = lease(1).get(0);
        use(job, 30);

        server.pass(TestDispatch.SETTINGS.lease());

        assertThat(left(run, "one")).isEqualTo(new Budget(null, 70L));
    }

    @Test
    void aRestartForgetsNoBudget() throws Exception {
        RunId run = agents.submit("{\"max_tokens\":100}", "", "one");
        Job job = lease(1).get(0);
        use(job, 101);

        server.close();
        server = new TestDispatch(folder, clock);

        assertThat(left(run, "one")).isEqualTo(new Budget(null, 0L));
        assertThat(get(server.workerDesk.renew(attachment, request(false, Duration.ofSeconds(10), List.of(job))))
                        .overBudget())
                .containsExactly(job.id());
    }

    @Test
    void aCancelGoesBeforeABudget() {
        RunId run = agents.submit("", "{\"max_tokens\":10}", "one");
        Job job = lease(1).get(0);
        use(job, 11);

        server.cancel(run);

        Renewal orders = renew(false, job);
        assertThat(orders.cancel()).containsExactly(job.id());
        assertThat(orders.overBudget()).isEmpty();
        get(worker.complete(new Completion(job.ref(), Outcome.cancelled(), 0, List.of(), Receipt.NONE, null)));
        assertThat(server.status(run)).isEqualTo("cancelled");
    }

    @Test
    void aReRunHasItsBudgetsToItselfAndCostsNothingYet() throws Exception {
        RunId first = agents.submit("{\"max_tokens\":100}", "{\"max_tokens\":50}", "one");
        Job job = lease(1).get(0);
        use(job, 40);
        get(worker.complete(
                new Completion(job.ref(), Outcome.failed("bad", "it was bad", 1), 0, List.of(), Receipt.NONE, null)));
        assertThat(server.status(first)).isEqualTo("failed");

        RunId again = server.rerun(first, RerunFrom.FAILED);

        assertThat(left(again, "one")).isEqualTo(new Budget(null, 50L));
        assertThat(server.rooms.usage().of(again).totals().calls()).isZero();
        assertThat(server.rooms.usage().of(first).totals().calls()).isEqualTo(1);
    }

    private Budget left(RunId run, String key) {
        return server.rooms
                .database()
                .<Budget>read(tx -> server.rooms.stages().list(tx, run).stream()
                        .filter(stage -> stage.plan().key().equals(key))
                        .map(stage -> server.rooms.budgets().of(tx, run, stage.position()))
                        .findFirst()
                        .orElseThrow());
    }

    private void use(Job job, long tokens) {
        get(worker.usage(new UsageBatch(job.ref(), List.of(TestAgents.call(tokens)))));
    }

    private List<Job> lease(int count) {
        List<Job> jobs = get(worker.lease(new LeaseRequest(count, Duration.ZERO)));
        assertThat(jobs).hasSize(count);
        return jobs;
    }

    private Renewal renew(boolean known, Job job) {
        return renew(known, List.of(job));
    }

    private Renewal renew(boolean known, List<Job> jobs) {
        return get(worker.renew(request(known, Duration.ZERO, jobs)));
    }

    private static RenewRequest request(boolean known, Duration wait, List<Job> jobs) {
        return new RenewRequest(
                jobs.stream()
                        .map(job -> new RenewRequest.Held(job.ref(), known))
                        .toList(),
                false,
                wait);
    }
}
