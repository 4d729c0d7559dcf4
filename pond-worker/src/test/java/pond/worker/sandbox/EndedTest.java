package pond.worker.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import pond.worker.sandbox.Ended.Cleanup;
import pond.worker.sandbox.Ended.Count;
import pond.worker.sandbox.Ended.Output;

/** When an end counts as certain. What leads to the two worst cases is a kernel that does not kill, which no test can make. */
class EndedTest {
    private static final ExitStatus EXITED = new ExitStatus.Exited(0);
    private static final Cleanup ALL_GONE = new Cleanup(2, 0);

    @Test
    void anEndIsCertainWhenNothingIsLeftAndNobodyHoldsThePipes() {
        assertThat(ended(EXITED, ALL_GONE, true).killConfirmed()).isTrue();
    }

    @Test
    void anEndIsNotCertainWhileSomethingMayBeAlive() {
        assertThat(ended(EXITED, new Cleanup(2, 1), true).killConfirmed())
                .as("a process that survived SIGKILL")
                .isFalse();
        assertThat(ended(EXITED, ALL_GONE, false).killConfirmed())
                .as("somebody holds a pipe")
                .isFalse();
        assertThat(ended(new ExitStatus.Unkillable(), ALL_GONE, true).killConfirmed())
                .as("the main process survived SIGKILL")
                .isFalse();
    }

    @Test
    void survivorsAreThoseOfTheLastLook() {
        assertThat(new Cleanup(3, 2).plus(new Cleanup(2, 0))).isEqualTo(new Cleanup(5, 0));
        assertThat(new Cleanup(3, 0).plus(new Cleanup(1, 1))).isEqualTo(new Cleanup(4, 1));
    }

    private static Ended ended(ExitStatus status, Cleanup cleanup, boolean complete) {
        return new Ended(
                status, true, cleanup, new Output(Count.NOTHING, Count.NOTHING, 0, complete, Optional.empty()));
    }
}
