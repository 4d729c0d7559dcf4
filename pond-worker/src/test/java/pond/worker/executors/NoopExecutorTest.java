package pond.worker.executors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import pond.common.definition.ExecutorKind;
import pond.common.definition.ExecutorSpec;
import pond.common.protocol.Outcome;

final class NoopExecutorTest {
    @TempDir
    Path temp = Path.of("");

    @Test
    void everyTickIsToldAndNoFolderIsMade() throws Exception {
        TestContext context = new TestContext(temp, new ExecutorSpec.Noop(3, 0.001));

        Executor.Execution execution = new NoopExecutor().execute(context);

        assertThat(execution.outcome()).isEqualTo(Outcome.done(null));
        assertThat(context.progress).containsExactly("1/3", "2/3", "3/3");
        assertThat(temp).isEmptyDirectory();
    }

    @Test
    @Timeout(30)
    void theSignalEndsItInTheMiddleOfATick() throws Exception {
        TestContext context = new TestContext(temp, new ExecutorSpec.Noop(1, 3600));
        Thread stopper = new Thread(() -> context.stop().stop(StopReason.CANCEL), "pond-test-stop");
        stopper.start();

        assertThat(new NoopExecutor().execute(context).outcome()).isEqualTo(Outcome.cancelled());
        assertThat(context.progress).isEmpty();
        stopper.join();
    }

    @Test
    void theRegistryHasOneExecutorAKind() {
        ExecutorRegistry registry = new ExecutorRegistry(List.of(new NoopExecutor(), new BuiltinExecutor()));

        assertThat(registry.kinds()).containsExactly(ExecutorKind.NOOP, ExecutorKind.BUILTIN);
        assertThat(registry.find(ExecutorKind.NOOP)).containsInstanceOf(NoopExecutor.class);
        assertThat(registry.find(ExecutorKind.SHELL)).isEmpty();
        assertThatThrownBy(() -> new ExecutorRegistry(List.of(new NoopExecutor(), new NoopExecutor())))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
