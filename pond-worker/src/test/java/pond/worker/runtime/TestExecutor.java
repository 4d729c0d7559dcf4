package pond.worker.runtime;

import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import pond.common.definition.ExecutorKind;
import pond.common.protocol.Outcome;
import pond.common.protocol.Receipt;
import pond.worker.executors.ExecutionContext;
import pond.worker.executors.Executor;

/** Does what the test has said for the stage; takes the place of shell stages. */
final class TestExecutor implements Executor {
    /** What a stage does. */
    interface Behaviour {
        Outcome run(ExecutionContext context) throws IOException, InterruptedException;
    }

    private final Map<String, Behaviour> behaviours = new ConcurrentHashMap<>();

    void when(String stage, Behaviour behaviour) {
        behaviours.put(stage, behaviour);
    }

    @Override
    public ExecutorKind kind() {
        return ExecutorKind.SHELL;
    }

    @Override
    public Execution execute(ExecutionContext context) throws IOException, InterruptedException {
        Behaviour behaviour =
                Objects.requireNonNull(behaviours.get(context.job().stage()));
        return new Execution(behaviour.run(context), Receipt.NONE);
    }
}
