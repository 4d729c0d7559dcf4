package pond.worker.sandbox;

import java.time.Duration;

/** The processes of one started command, as the backend that started it finds and ends them. */
public interface Members {

    /** Asks all of them to end, once; must not block. */
    void terminate();

    /** Whether any of them is alive; asked after the main process has ended. */
    boolean alive();

    /** Ends what the main process has left behind, within {@code limit}. */
    Ended.Cleanup kill(Duration limit);

    /** Ends the main process, in whatever way leaves nothing behind; it may end a little later. */
    void killMain(ProcessHandle main);
}
