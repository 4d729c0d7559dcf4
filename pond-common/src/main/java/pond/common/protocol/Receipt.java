package pond.common.protocol;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the worker did, for the record.
 *
 * @param confinement how the stage's process was confined
 * @param output what it printed
 * @param survivors processes that were still there when the stage's own had ended
 * @param refused what the sandbox refused it, such as {@code egress: example.com:443}, each once; at most 100
 */
public record Receipt(Confinement confinement, Output output, int survivors, List<String> refused) {
    /** For stages that start no process. */
    public static final Receipt NONE = new Receipt(Confinement.NONE, Output.NOTHING, 0, List.of());

    public Receipt {
        refused = List.copyOf(refused);
    }

    /** The receipt of a process that was not started, or of which nothing more is known. */
    public static Receipt of(Confinement confinement) {
        return new Receipt(confinement, Output.NOTHING, 0, List.of());
    }

    /** The same, with lines that the log did not take: those are known to who ships them. */
    public Receipt withDropped(long lines) {
        Output all = new Output(output.bytes(), output.lines(), output.dropped() + lines, output.masked());
        return new Receipt(confinement, all, survivors, refused);
    }

    /**
     * How a process was confined.
     *
     * @param profile the sandbox profile that was asked for or chosen, null where nothing was asked for
     * @param effective how it really ran: a profile's name, or {@code plain} for a plain subprocess; null when it did not
     * @param backend such as {@code bubblewrap}, null without a sandbox
     * @param limits in force, in words, such as {@code pids 512 (rlimit)}
     */
    public record Confinement(
            @Nullable String profile,
            @Nullable String effective,
            @Nullable String backend,
            List<String> limits) {
        /** There was no process. */
        public static final Confinement NONE = new Confinement(null, null, null, List.of());

        public Confinement {
            limits = List.copyOf(limits);
        }
    }

    /**
     * What a stage printed.
     *
     * @param dropped lines past the log limit
     * @param masked places where a secret stood
     */
    public record Output(long bytes, long lines, long dropped, long masked) {
        public static final Output NOTHING = new Output(0, 0, 0, 0);
    }
}
