package pond.worker.executors;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import pond.common.definition.ExecutorSpec;
import pond.common.protocol.Outcome;
import pond.worker.executors.Executor.Execution;
import pond.worker.sandbox.Ended;
import pond.worker.sandbox.Input;
import pond.worker.sandbox.OutputSink;

/** A shell stage in a sandbox. */
final class ConfinedShell {
    private final ConfinedStage confined;

    ConfinedShell(ConfinedStage confined) {
        this.confined = confined;
    }

    Execution execute(ExecutionContext context, ExecutorSpec.Shell shell) throws IOException, InterruptedException {
        return confined.run(context, shell.sandboxBlock(), new Work(context, shell));
    }

    private record Work(ExecutionContext context, ExecutorSpec.Shell shell) implements ConfinedWork {
        @Override
        public Task task() {
            return new Task(shell.argv(), shell.env(), Map.of(), Input.NONE, Optional.empty(), false);
        }

        @Override
        public OutputSink sink() {
            return ProcessRun.sink(context);
        }

        @Override
        public ProcessRun.Watcher watcher() {
            return ProcessRun.Watcher.NONE;
        }

        @Override
        public Outcome outcome(Ended ended) {
            return ProcessRun.outcome(ended);
        }

        @Override
        public Outcome notStarted(String reason) {
            String program = shell.argv().isEmpty() ? "" : shell.argv().get(0);
            String message = "could not start '" + program + "': " + reason;
            return Outcome.failed(
                    "start_failed", SecretVariables.in(shell.env()).mask(message), null);
        }
    }
}
