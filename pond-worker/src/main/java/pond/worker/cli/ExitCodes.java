package pond.worker.cli;

import pond.worker.runtime.Worker.End;

/** What the exit code of a worker says; listed in its help. */
public final class ExitCodes {
    /** It drained, or ended its jobs, because it was told to. */
    public static final int OK = 0;
    /** It cannot start: the state folder, a file, the machine. */
    public static final int FAILED = 1;

    public static final int USAGE = 2;
    /** The server refuses the code or the bearer, or another process has this identity: starting it again does not help. */
    public static final int REFUSED = 3;
    /** The server no longer speaks with this version. */
    public static final int UPGRADE_NEEDED = 4;

    private ExitCodes() {}

    /** The one place that knows what each end of a worker means for whoever started it. */
    static int of(End end) {
        return switch (end) {
            case DRAINED, CLOSED -> OK;
            case UNAUTHORIZED, REPLACED -> REFUSED;
            case UPGRADE_NEEDED -> UPGRADE_NEEDED;
        };
    }
}
