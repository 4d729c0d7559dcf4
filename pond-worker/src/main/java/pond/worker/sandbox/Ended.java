package pond.worker.sandbox;

import java.util.Optional;

/**
 * The end of a command: nothing is delivered to its sink, and nothing of it is signalled, after this.
 *
 * @param status how the main process ended
 * @param stopped whether {@link SandboxedProcess#stop} was called before the main process ended; the caller knows why
 * @param cleanup what else of the command was alive at that moment
 * @param output what was read
 */
public record Ended(ExitStatus status, boolean stopped, Cleanup cleanup, Output output) {

    /**
     * The command's other processes.
     *
     * @param leftovers found alive after the main process had ended, or after the grace of a stop
     * @param survivors those of them that were still alive when killing was given up
     */
    public record Cleanup(int leftovers, int survivors) {
        /** What a further look has found: the survivors are those of that look. */
        Cleanup plus(Cleanup later) {
            return new Cleanup(leftovers + later.leftovers, later.survivors);
        }
    }

    /**
     * What the command wrote.
     *
     * @param masked places where a secret stood; the counts are those of the bytes before that
     * @param complete whether both pipes were read to their end; if not, something that could not be found held them
     * @param failure the first exception of the sink or of reading; output was drained and counted all the same
     */
    public record Output(Count stdout, Count stderr, long masked, boolean complete, Optional<Throwable> failure) {}

    /** Size of one stream: bytes as written, lines as delivered or, after a failure of the sink, discarded. */
    public record Count(long bytes, long lines) {
        static final Count NOTHING = new Count(0, 0);
    }

    static Ended neverStarted(String reason) {
        return new Ended(
                new ExitStatus.CouldNotStart(reason),
                false,
                new Cleanup(0, 0),
                new Output(Count.NOTHING, Count.NOTHING, 0, true, Optional.empty()));
    }

    /** Whether nothing of the command is known to be alive: no survivor, and nobody holds its pipes. */
    public boolean killConfirmed() {
        return !(status instanceof ExitStatus.Unkillable) && cleanup.survivors() == 0 && output.complete();
    }
}
