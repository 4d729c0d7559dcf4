package pond.worker.sandbox;

/** How a command's main process ended. Whether it was stopped by us is told by {@link Ended#stopped()}. */
public sealed interface ExitStatus {

    /** It ended by itself with this code; 0 is success. */
    record Exited(int code) implements ExitStatus {}

    /** A signal with this number ended it. */
    record Signalled(int signal) implements ExitStatus {}

    /** It never ran. The reason is fit for a client's eyes: it names nothing that the client did not send. */
    record CouldNotStart(String reason) implements ExitStatus {}

    /** Not even SIGKILL ended it in time (a process in an uninterruptible wait); it is still there. */
    record Unkillable() implements ExitStatus {}

    /**
     * Reads what {@link Process#waitFor} returned. Java, like shells, reports signal n as 128 + n, so a program that
     * itself exits with such a code is taken for a signalled one. Linux has the signals 1 to 64 (signal(7)).
     */
    static ExitStatus ofJava(int code) {
        return code > 128 && code <= 192 ? new Signalled(code - 128) : new Exited(code);
    }
}
