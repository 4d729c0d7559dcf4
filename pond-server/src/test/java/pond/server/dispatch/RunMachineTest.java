package pond.server.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static pond.common.api.StageStatus.CANCELLED;
import static pond.common.api.StageStatus.DONE;
import static pond.common.api.StageStatus.FAILED;
import static pond.common.api.StageStatus.PENDING;
import static pond.common.api.StageStatus.QUEUED;
import static pond.common.api.StageStatus.RUNNING;
import static pond.common.api.StageStatus.SKIPPED;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import pond.common.api.Failure;
import pond.common.api.RunStatus;
import pond.common.definition.ExecutorKind;
import pond.common.definition.RetryOn;
import pond.common.definition.RetrySpec;
import pond.server.dispatch.RunEvent.End;

class RunMachineTest {
    private static final RetrySpec ONCE = RetrySpec.NONE;

    @Test
    void aChainGoesStageByStage() {
        MachineModel chain = chain(3).submit();
        assertThat(chain.statuses()).containsExactly(QUEUED, PENDING, PENDING);
        assertThat(chain.run().status()).isEqualTo(RunStatus.QUEUED);

        chain.lease(0);
        assertThat(chain.run().status()).isEqualTo(RunStatus.RUNNING);
        chain.end(0, End.DONE);
        assertThat(chain.statuses()).containsExactly(DONE, QUEUED, PENDING);
        chain.done(1, 2);

        assertThat(chain.run().status()).isEqualTo(RunStatus.DONE);
        assertThat(chain.run().error()).isNull();
    }

    @Test
    void aStageWaitsForAllItsPredecessors() {
        MachineModel diamond = diamond().submit();
        diamond.done(0);
        assertThat(diamond.statuses()).containsExactly(DONE, QUEUED, QUEUED, PENDING);
        diamond.done(2);
        assertThat(diamond.statuses()).containsExactly(DONE, QUEUED, DONE, PENDING);
        diamond.done(1);
        assertThat(diamond.statuses()).containsExactly(DONE, DONE, DONE, QUEUED);
        diamond.done(3);
        assertThat(diamond.run().status()).isEqualTo(RunStatus.DONE);
    }

    @Test
    void whatIsReusedIsNotQueuedAgain() {
        MachineModel failed =
                diamond().submit().done(0).lease(1).lease(2).end(1, End.FAILED).end(2, End.DONE);
        assertThat(failed.statuses()).containsExactly(DONE, FAILED, DONE, SKIPPED);

        MachineModel again = failed.rerun(true).submit();

        assertThat(again.statuses()).containsExactly(DONE, QUEUED, DONE, PENDING);
        assertThat(again.effects()).containsExactly(new Effect.Enqueue(1, 1, Duration.ZERO));
        assertThat(again.run().status()).isEqualTo(RunStatus.QUEUED);
        assertThat(again.stage(0)).as("as it ended").isEqualTo(failed.stage(0));
        again.done(1, 3);
        assertThat(again.run().status()).isEqualTo(RunStatus.DONE);
    }

    @Test
    void whatRunsAgainWaitsForAFetchThatIsRepeated() {
        MachineModel failed = new MachineModel(List.of(
                        MachineModel.plan(0, ExecutorKind.FETCH, ONCE),
                        MachineModel.plan(1, ExecutorKind.SHELL, ONCE, 0),
                        MachineModel.plan(2, ExecutorKind.SHELL, ONCE, 1)))
                .submit()
                .done(0, 1)
                .lease(2)
                .end(2, End.FAILED);

        assertThat(failed.rerun(true).submit().statuses()).containsExactly(DONE, DONE, QUEUED);
        MachineModel gone = failed.rerun(false).submit();
        assertThat(gone.statuses()).containsExactly(QUEUED, DONE, PENDING);
        gone.done(0);
        assertThat(gone.statuses()).containsExactly(DONE, DONE, QUEUED);

        MachineModel third =
                failed.rerun(false).submit().lease(0).end(0, End.FAILED).rerun(false);
        assertThat(third.submit().statuses()).as("the fetch alone failed").containsExactly(QUEUED, DONE, PENDING);
    }

    @Test
    void aStageThatIsNotDoneCannotBeReused() {
        MachineModel chain = chain(2).submit().done(0).lease(1);
        assertThatThrownBy(() -> chain.stage(1).in(chain.stage(1).plan()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("it must run again");
    }

    @Test
    void aRunThatHasEndedTakesNoEvent() {
        MachineModel ended = chain(1).submit().done(0);
        Instant at = Instant.EPOCH;
        Failure why = new Failure("late", "too late");
        for (RunEvent event : List.of(
                new RunEvent.Submitted(at),
                new RunEvent.Leased(at, 0, 2, "w"),
                new RunEvent.Ended(at, 0, End.FAILED, why, 1, null, true),
                new RunEvent.Unserved(at, 0, why),
                new RunEvent.CancelRequested(at),
                new RunEvent.CancelOverdue(at),
                new RunEvent.Expired(at, why))) {
            assertThatThrownBy(() -> RunMachine.decide(ended.run(), List.of(ended.stage(0)), event))
                    .as("%s", event)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("has ended");
        }
    }

    @Test
    void aFailureSkipsTheRestWhileSiblingsFinish() {
        MachineModel diamond = diamond().submit().done(0).lease(1).lease(2).end(1, End.FAILED);

        assertThat(diamond.statuses()).containsExactly(DONE, FAILED, RUNNING, SKIPPED);
        assertThat(diamond.run().status()).isEqualTo(RunStatus.RUNNING);
        assertThat(diamond.effects()).as("the sibling is left alone").isEmpty();
        diamond.end(2, End.DONE);

        assertThat(diamond.statuses()).containsExactly(DONE, FAILED, DONE, SKIPPED);
        assertThat(diamond.run().status()).isEqualTo(RunStatus.FAILED);
        assertThat(message(diamond)).isEqualTo("stage 's1': it was FAILED");
    }

    @Test
    void aFailureTakesAQueuedSiblingBackAndEndsItsRetries() {
        MachineModel queued = diamond().submit().done(0).lease(1).end(1, End.FAILED);
        assertThat(queued.statuses()).containsExactly(DONE, FAILED, SKIPPED, SKIPPED);
        assertThat(queued.effects()).containsExactly(new Effect.Withdraw(2));

        MachineModel retrying = new MachineModel(List.of(
                        MachineModel.plan(0, ExecutorKind.SHELL, ONCE),
                        MachineModel.plan(1, ExecutorKind.SHELL, retry(3, RetryOn.FAILED))))
                .submit()
                .lease(0)
                .lease(1)
                .end(1, End.FAILED)
                .end(0, End.FAILED);
        assertThat(retrying.statuses()).containsExactly(FAILED, FAILED);
        assertThat(Objects.requireNonNull(retrying.run().error()).message()).startsWith("stage 's0'");
    }

    @Test
    void aRetryWaitsForItsBackoffAndCountsTheFirstAttempt() {
        MachineModel run = single(ExecutorKind.SHELL, new RetrySpec(3, Set.of(RetryOn.FAILED), 7))
                .submit()
                .lease(0)
                .end(0, End.FAILED);
        assertThat(run.statuses()).containsExactly(QUEUED);
        assertThat(run.effects()).containsExactly(new Effect.Enqueue(0, 2, Duration.ofSeconds(7)));
        assertThat(run.stage(0).error()).as("to be seen while it waits").isNotNull();

        run.lease(0).end(0, End.FAILED).lease(0);
        assertThat(run.stage(0).attempt()).isEqualTo(3);
        run.end(0, End.FAILED);

        assertThat(run.run().status()).isEqualTo(RunStatus.FAILED);
    }

    @Test
    void aRetryThatWorksLeavesNoError() {
        MachineModel run = single(ExecutorKind.SHELL, retry(2, RetryOn.FAILED))
                .submit()
                .lease(0)
                .end(0, End.FAILED)
                .done(0);

        assertThat(run.run().status()).isEqualTo(RunStatus.DONE);
        assertThat(run.stage(0).error()).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "FAILED, FAILED, true",
        "FAILED, TIMEOUT, false",
        "FAILED, LOST, false",
        "TIMEOUT, TIMEOUT, true",
        "TIMEOUT, FAILED, false",
        "WORKER_LOST, LOST, true",
        "WORKER_LOST, FAILED, false",
        "WORKER_LOST, CANCELLED, false"
    })
    void onlyTheEndsThatAreNamedAreTriedAgain(RetryOn on, End end, boolean again) {
        MachineModel run =
                single(ExecutorKind.SHELL, retry(2, on)).submit().lease(0).end(0, end);

        assertThat(run.statuses()).containsExactly(again ? QUEUED : FAILED);
    }

    @ParameterizedTest
    @EnumSource(names = {"NOOP", "BUILTIN", "FETCH"})
    void aLostWorkersHarmlessStageRunsAgainUpToThreeAttempts(ExecutorKind kind) {
        MachineModel run = single(kind, ONCE).submit();

        run.lease(0).end(0, End.LOST).lease(0).end(0, End.LOST);
        assertThat(run.statuses()).containsExactly(QUEUED);
        run.lease(0).end(0, End.LOST);

        assertThat(run.stage(0).attempt()).isEqualTo(3);
        assertThat(run.run().status()).isEqualTo(RunStatus.FAILED);
    }

    @ParameterizedTest
    @EnumSource(names = {"SHELL", "SWARM"})
    void aLostWorkersOtherStagesFail(ExecutorKind kind) {
        MachineModel run = single(kind, ONCE).submit().lease(0).end(0, End.LOST);

        assertThat(run.run().status()).isEqualTo(RunStatus.FAILED);
    }

    @Test
    void aFailureOfAHarmlessStageIsAFailure() {
        assertThat(single(ExecutorKind.NOOP, ONCE)
                        .submit()
                        .lease(0)
                        .end(0, End.FAILED)
                        .statuses())
                .containsExactly(FAILED);
    }

    @Test
    void aCancelOfWhatIsQueuedEndsAtOnce() {
        MachineModel run = chain(2).submit().cancel();

        assertThat(run.run().status()).isEqualTo(RunStatus.CANCELLED);
        assertThat(run.run().killConfirmed()).isTrue();
        assertThat(run.statuses()).containsExactly(SKIPPED, SKIPPED);
        assertThat(run.effects()).containsExactly(new Effect.Withdraw(0));
    }

    @Test
    void aCancelBetweenAttemptsEndsAtOnce() {
        MachineModel run = single(ExecutorKind.SHELL, retry(2, RetryOn.FAILED))
                .submit()
                .lease(0)
                .end(0, End.FAILED)
                .cancel();

        assertThat(run.run().status()).isEqualTo(RunStatus.CANCELLED);
        assertThat(run.statuses()).containsExactly(CANCELLED);
    }

    @ParameterizedTest
    @EnumSource(End.class)
    void aCancelWaitsForWhatRunsHoweverThatEnds(End end) {
        MachineModel run = chain(2).submit().lease(0).cancel();
        assertThat(run.run().status()).isEqualTo(RunStatus.CANCELLING);
        assertThat(run.effects()).containsExactly(new Effect.Stop(0));

        run.end(0, end, end != End.LOST);

        assertThat(run.run().status()).isEqualTo(RunStatus.CANCELLED);
        assertThat(run.run().killConfirmed()).isEqualTo(end != End.LOST);
        assertThat(run.statuses()).containsExactly(CANCELLED, SKIPPED);
    }

    @Test
    void aSecondCancelChangesNothing() {
        MachineModel run = chain(2).submit().lease(0).cancel();
        var before = run.run();

        run.cancel();

        assertThat(run.run()).isEqualTo(before);
        assertThat(run.effects()).isEmpty();
    }

    @Test
    void aCancelAfterAFailureMakesTheRunCancelled() {
        MachineModel run =
                diamond().submit().done(0).lease(1).lease(2).end(1, End.FAILED).cancel();
        assertThat(run.run().status()).isEqualTo(RunStatus.CANCELLING);

        run.end(2, End.CANCELLED);

        assertThat(run.run().status()).isEqualTo(RunStatus.CANCELLED);
        assertThat(run.run().error()).isNull();
    }

    @Test
    void aCancelThatNobodyConfirmsEndsAllTheSame() {
        MachineModel run = diamond().submit().done(0).lease(1).lease(2).cancel().end(1, End.CANCELLED);

        run.cancelOverdue();

        assertThat(run.run().status()).isEqualTo(RunStatus.CANCELLED);
        assertThat(run.run().killConfirmed()).isFalse();
        assertThat(run.effects()).containsExactly(new Effect.Revoke(2));
    }

    @Test
    void aRunEndsAtItsLimitInEveryState() {
        MachineModel queued = chain(2).submit().expire();
        assertThat(queued.run().status()).isEqualTo(RunStatus.FAILED);
        assertThat(queued.statuses()).containsExactly(SKIPPED, SKIPPED);

        MachineModel running = diamond().submit().done(0).lease(1).expire();
        assertThat(running.statuses()).containsExactly(DONE, FAILED, SKIPPED, SKIPPED);
        assertThat(Objects.requireNonNull(running.run().error()).code()).isEqualTo("run_timeout");
        assertThat(running.effects()).contains(new Effect.Revoke(1), new Effect.Withdraw(2));
    }

    @Test
    void aCancelledRunThatReachesItsLimitDoesNotClaimThatNothingIsAlive() {
        MachineModel run = chain(2).submit().lease(0).cancel().expire();

        assertThat(run.run().status()).isEqualTo(RunStatus.CANCELLED);
        assertThat(run.run().killConfirmed()).isFalse();
        assertThat(run.statuses()).containsExactly(CANCELLED, SKIPPED);
    }

    @Test
    void aStageThatNobodyServesFailsTheRun() {
        MachineModel run = diamond().submit().done(0).lease(1).unserved(2);

        assertThat(run.statuses()).containsExactly(DONE, RUNNING, FAILED, SKIPPED);
        run.end(1, End.DONE);
        assertThat(Objects.requireNonNull(run.run().error()).code()).isEqualTo("no_capable_worker");
    }

    @Test
    void aResultThatComesLateIsRefused() {
        MachineModel run = chain(2).submit().lease(0).end(0, End.DONE);
        assertThatThrownBy(() -> run.apply(ended(0))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> run.apply(ended(1))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> run.apply(ended(9))).isInstanceOf(IllegalStateException.class);

        run.done(1);
        assertThatThrownBy(run::cancel).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> run.apply(ended(1))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void theMessageOfAFailureNamesItsStageOnce() {
        MachineModel run = single(ExecutorKind.SHELL, ONCE).submit().lease(0);

        run.end(0, End.TIMEOUT, "stage 's0': too slow");

        assertThat(message(run)).isEqualTo("stage 's0': too slow");
    }

    private static RunEvent.Ended ended(int position) {
        return new RunEvent.Ended(Instant.parse("2026-01-02T04:00:00Z"), position, End.DONE, null, 0, null, true);
    }

    private static String message(MachineModel run) {
        return Objects.requireNonNull(run.run().error()).message();
    }

    private static RetrySpec retry(int attempts, RetryOn on) {
        return new RetrySpec(attempts, Set.of(on), 0);
    }

    private static MachineModel single(ExecutorKind kind, RetrySpec retry) {
        return new MachineModel(List.of(MachineModel.plan(0, kind, retry)));
    }

    private static MachineModel chain(int length) {
        return new MachineModel(IntStream.range(0, length)
                .mapToObj(i -> i == 0
                        ? MachineModel.plan(0, ExecutorKind.SHELL, ONCE)
                        : MachineModel.plan(i, ExecutorKind.SHELL, ONCE, i - 1))
                .toList());
    }

    /** 0 before 1 and 2, both before 3. */
    private static MachineModel diamond() {
        return new MachineModel(List.of(
                MachineModel.plan(0, ExecutorKind.SHELL, ONCE),
                MachineModel.plan(1, ExecutorKind.SHELL, ONCE, 0),
                MachineModel.plan(2, ExecutorKind.SHELL, ONCE, 0),
                MachineModel.plan(3, ExecutorKind.SHELL, ONCE, 1, 2)));
    }
}
