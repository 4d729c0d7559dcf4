package pond.server.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.server.dispatch.TestAreas.agent;
import static pond.testing.TestDatabase.get;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.common.definition.Budget;
import pond.common.ids.RunId;
import pond.common.protocol.Invocation;
import pond.common.protocol.Job;
import pond.server.audit.Actor;

/** Harness and model of an agent's stage: frozen when its turn comes, or waited for. */
class FreezingTest {
    private static final Duration GRACE = TestDispatch.SETTINGS.noWorkerGrace();

    @TempDir
    private Path folder;

    private TestDispatch dispatch;
    private TestAreas agents;

    @BeforeEach
    void open() throws Exception {
        dispatch = new TestDispatch(folder);
        agents = new TestAreas(dispatch);
    }

    @AfterEach
    void close() throws Exception {
        dispatch.close();
    }

    @Test
    void aJobSaysWhatTheAgentIsStartedWith() {
        agents.registered();
        FakeWorker worker = agents.worker("w", 1);
        dispatch.submit("garden", agent("work", "do {{WHY}}", ",\"budget\":{\"max_tokens\":7}"));

        Job job = worker.leaseOne();

        assertThat(job.substage()).isNull();
        Invocation invocation = Objects.requireNonNull(job.invocation());
        assertThat(invocation.harness().key()).isEqualTo("coder");
        assertThat(invocation.model().modelId()).isEqualTo("m-1");
        assertThat(invocation.prompt()).as("there is no area to fill in").isEqualTo("do {{WHY}}");
        assertThat(invocation.budget()).isEqualTo(new Budget(null, 7L));
    }

    @Test
    void aJobOfAnotherKindHasNoInvocation() {
        FakeWorker worker = agents.worker("w", 1);
        dispatch.submit("garden", TestDispatch.noop("a"));
        assertThat(worker.leaseOne().invocation()).isNull();
    }

    @Test
    void aWorkerNeedsTheHarnessCapabilityAndNotItsKey() {
        agents.registered();
        FakeWorker other = agents.worker("other", 1, "harness.coder");
        RunId run = dispatch.submit("garden", agent("work", "p", ""));

        assertThat(other.lease(1)).isEmpty();
        assertThat(dispatch.waitingFor(run, "work")).isEqualTo("no_capable_worker");
        assertThat(agents.worker("able", 1).leaseOne().stage()).isEqualTo("work");
    }

    @Test
    void whatIsFrozenStaysWhateverOperatorsDo() {
        agents.registered();
        FakeWorker worker = agents.worker("w", 1);
        RunId run = dispatch.submit("garden", agent("work", "p", "", ",\"retry\":{\"max_attempts\":2}"));
        agents.registerModel("m-2");
        get(dispatch.harnesses.delete("coder", Actor.COMMAND_LINE));

        worker.fail(worker.leaseOne());
        dispatch.pass(Duration.ZERO);

        Job second = worker.leaseOne();
        assertThat(second.attempt()).isEqualTo(2);
        assertThat(Objects.requireNonNull(second.invocation()).model().modelId())
                .isEqualTo("m-1");
        worker.done(second);
        assertThat(dispatch.status(run)).isEqualTo("done");
    }

    @Test
    void aStageIsFrozenWhenItsTurnComesAndNotBefore() {
        agents.registered();
        FakeWorker worker = agents.worker("w", 1);
        dispatch.submit("garden", TestDispatch.noop("first") + "," + agent("work", "p", ""));
        agents.registerModel("m-2");

        worker.done(worker.leaseOne());

        assertThat(Objects.requireNonNull(worker.leaseOne().invocation())
                        .model()
                        .modelId())
                .isEqualTo("m-2");
    }

    @Test
    void anUnknownHarnessIsWaitedForAsLongAsAWorkerIs() {
        agents.registerModel("m-1");
        FakeWorker worker = agents.worker("w", 1);
        RunId run = dispatch.submit("garden", agent("work", "p", ""));
        assertThat(dispatch.waitingFor(run, "work")).isEqualTo("harness_unknown");
        assertThat(worker.lease(1)).as("it is in no queue").isEmpty();

        dispatch.pass(GRACE.minusMillis(1));
        assertThat(dispatch.status(run)).isEqualTo("queued");
        dispatch.pass(Duration.ofMillis(1));

        assertThat(dispatch.status(run)).isEqualTo("failed");
        assertThat(agents.code(run, "work")).isEqualTo("harness_unknown");
        assertThat(agents.message(run, "work")).contains("'coder'").doesNotContain("'small'");
    }

    @Test
    void anUnknownModelIsWaitedForAndNamed() {
        agents.registerHarness();
        RunId run = dispatch.submit("garden", agent("work", "p", ""));
        assertThat(dispatch.waitingFor(run, "work")).isEqualTo("model_unknown");

        dispatch.pass(GRACE);

        assertThat(agents.code(run, "work")).isEqualTo("model_unknown");
        assertThat(agents.message(run, "work")).contains("'small'");
    }

    @Test
    void registeringInTheGraceQueuesAtOnce() {
        RunId run = dispatch.submit("garden", agent("work", "p", ""));
        RunId other = dispatch.submit("garden", agent("work", "p", ""));
        dispatch.pass(GRACE.minusSeconds(1));
        FakeWorker worker = agents.worker("w", 2);
        agents.registerHarness();
        assertThat(dispatch.waitingFor(run, "work")).isEqualTo("model_unknown");
        var lease = worker.leaseLater();

        agents.registerModel("m-1");

        assertThat(get(lease)).hasSize(1);
        assertThat(worker.leaseOne().stage()).isEqualTo("work");
        dispatch.pass(Duration.ofSeconds(1));
        assertThat(dispatch.status(run)).isEqualTo("running");
        assertThat(dispatch.status(other)).isEqualTo("running");
    }

    @Test
    void oneThatIsRegisteredDoesNotProlongTheGraceOfTheOther() {
        RunId run = dispatch.submit("garden", agent("work", "p", ""));
        dispatch.pass(GRACE.minusSeconds(1));
        agents.registerHarness();

        dispatch.pass(Duration.ofSeconds(1));

        assertThat(agents.code(run, "work")).isEqualTo("model_unknown");
    }

    @Test
    void aStageThatCannotBeginEndsTheWaitsOfItsRun() {
        String fanOut = agent("work", "p", TestAreas.fanout("jsonl"));
        RunId run = dispatch.submit(
                "garden",
                fanOut + "," + agent("more", "p", "") + "," + TestDispatch.noop("a") + "," + TestDispatch.noop("b"),
                "{\"from\":\"a\",\"to\":\"b\"}");
        RunId other = dispatch.submit("garden", agent("work", "p", ""));

        agents.registered();

        assertThat(dispatch.status(run)).isEqualTo("failed");
        assertThat(agents.code(run, "work")).isEqualTo("artifact_missing");
        assertThat(dispatch.stage(run, "more").status().toString()).isEqualTo("skipped");
        assertThat(dispatch.waitingFor(other, "work")).isEqualTo("no_capable_worker");
    }

    @Test
    void aCancelEndsTheWaitForAnOperator() {
        RunId run = dispatch.submit("garden", agent("work", "p", ""));

        dispatch.cancel(run);

        assertThat(dispatch.status(run)).isEqualTo("cancelled");
        agents.registered();
        assertThat(agents.worker("w", 1).lease(1)).isEmpty();
    }

    @Test
    void theGraceStartsAnewWithTheServer() {
        RunId run = dispatch.submit("garden", agent("work", "p", ""));
        dispatch.pass(GRACE.minusSeconds(1));
        get(dispatch.recovery.afterStop());

        dispatch.pass(GRACE.minusSeconds(1));
        assertThat(dispatch.status(run)).isEqualTo("queued");
        dispatch.pass(Duration.ofSeconds(1));
        assertThat(dispatch.status(run)).isEqualTo("failed");
    }

    @Test
    void anUnknownHarnessIsOneProblemInThePreflight() {
        assertThat(dispatch.warnings(agent("work", "p", ""))).containsExactly("harness_unknown", "model_unknown");
        agents.registered();
        assertThat(dispatch.warnings(agent("work", "p", ""))).containsExactly("no_capable_worker");
        agents.worker("w", 1);
        assertThat(dispatch.warnings(agent("work", "p", ""))).isEmpty();
    }
}
