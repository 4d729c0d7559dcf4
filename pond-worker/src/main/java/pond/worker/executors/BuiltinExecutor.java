package pond.worker.executors;

import java.io.IOException;
import pond.common.api.LogStream;
import pond.common.definition.ExecutorKind;
import pond.common.definition.ExecutorSpec;
import pond.common.definition.Glob;
import pond.common.protocol.Outcome;
import pond.common.protocol.Receipt;
import pond.worker.executors.builtin.Scan;

/** Runs one of pond's own operations over the checkout, in this process: it reads files and executes nothing of theirs. */
public final class BuiltinExecutor implements Executor {
    @Override
    public ExecutorKind kind() {
        return ExecutorKind.BUILTIN;
    }

    @Override
    public Execution execute(ExecutionContext context) throws IOException, InterruptedException {
        ExecutorSpec.Builtin builtin = (ExecutorSpec.Builtin) context.job().executor();
        Scan.Selection selection = new Scan.Selection(
                builtin.include().stream().map(Glob::of).toList(),
                builtin.exclude().stream().map(Glob::of).toList());
        Scan.run(
                builtin.name(),
                context.checkout(),
                selection,
                context.output(),
                context.job().limits().artifactBytes(),
                new Telling(context));
        boolean stopped = context.stop().isSet();
        return new Execution(stopped ? Outcome.cancelled() : Outcome.done(null), Receipt.NONE);
    }

    /** Passes on what a scan says; progress about a hundred times, and at the end. */
    private record Telling(ExecutionContext context) implements Scan.Listener {
        @Override
        public boolean stopped() {
            return context.stop().isSet();
        }

        @Override
        public void progress(long done, long total) {
            if (done == total || done % Math.max(1, total / 100) == 0) {
                context.progress(done, total, null);
            }
        }

        @Override
        public void note(String text) {
            context.line(LogStream.SYSTEM, text);
        }
    }
}
