package pond.worker.sandbox;

/** Starts commands with the isolation that one backend gives. Safe for use by many threads. */
public interface Sandbox extends AutoCloseable {

    /**
     * Starts {@code command} and returns at once; its output goes to {@code sink}. A command that cannot be started is
     * not an exception but a process that has already ended with {@link ExitStatus.CouldNotStart}.
     */
    SandboxedProcess start(Command command, OutputSink sink);

    /**
     * Kills every process that a former worker of this name left behind, and waits at most a few seconds for that. Call
     * it before the first {@link #start}: it spares nothing that carries the worker's mark.
     *
     * @return how many processes were found
     */
    int sweep(String workerMark);

    /** Lets go of what is kept beside the commands; for when nothing is to be started any more. */
    @Override
    default void close() {}
}
