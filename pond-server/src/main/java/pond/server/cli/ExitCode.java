package pond.server.cli;

/** What the exit code of a command says; listed in each command's help. */
public final class ExitCode {
    public static final int OK = 0;
    /** It did not work: the server cannot be reached, a file cannot be written, or it is a fault of pond. */
    public static final int FAILED = 1;
    /** The command line or a setting is wrong. */
    public static final int USAGE = 2;
    /** The run that was waited for failed or was cancelled, or a preflight found errors. */
    public static final int RUN_FAILED = 3;
    /** The server understood and refused. */
    public static final int REFUSED = 4;
    /** What was waited for has not happened in the time that was given for it. */
    public static final int TIME_IS_UP = 5;

    private ExitCode() {}
}
