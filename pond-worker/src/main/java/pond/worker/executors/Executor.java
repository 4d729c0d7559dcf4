package pond.worker.executors;

import java.io.IOException;
import pond.common.definition.ExecutorKind;
import pond.common.protocol.Outcome;
import pond.common.protocol.Receipt;

/**
 * One kind of stage. An executor holds no state of a job: the same object runs several at once, each on a thread of its
 * own.
 */
public interface Executor {
    /** The kind of stages that this one runs, as the worker advertises it. */
    ExecutorKind kind();

    /**
     * Runs a stage to its end, on the calling thread. Returns soon (within the grace, where there is a process) after
     * the context's {@link StopSignal} is set; what is returned then is the runtime's to interpret.
     *
     * @throws IOException when the worker's own machine failed the stage, such as a full disk; the stage fails with
     *     {@code worker_error}
     * @throws InterruptedException when the worker is being shut down hard
     */
    Execution execute(ExecutionContext context) throws IOException, InterruptedException;

    /** How it ended, and what there is to say about it in the receipt. */
    record Execution(Outcome outcome, Receipt receipt) {}
}
