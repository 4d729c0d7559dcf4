package pond.worker.executors;

import pond.common.definition.ExecutorKind;
import pond.common.definition.ExecutorSpec;
import pond.common.protocol.Outcome;
import pond.common.protocol.Receipt;

/** Waits in ticks and tells its progress. It touches no folder. */
public final class NoopExecutor implements Executor {
    @Override
    public ExecutorKind kind() {
        return ExecutorKind.NOOP;
    }

    @Override
    public Execution execute(ExecutionContext context) throws InterruptedException {
        ExecutorSpec.Noop noop = (ExecutorSpec.Noop) context.job().executor();
        for (int tick = 1; tick <= noop.ticks(); tick++) {
            if (context.stop().await(noop.interval())) {
                return new Execution(Outcome.cancelled(), Receipt.NONE);
            }
            context.progress(tick, noop.ticks(), null);
        }
        return new Execution(Outcome.done(null), Receipt.NONE);
    }
}
