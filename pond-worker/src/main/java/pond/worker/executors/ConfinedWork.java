package pond.worker.executors;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import pond.common.protocol.Outcome;
import pond.worker.executors.swarm.SwarmFailure;
import pond.worker.sandbox.Ended;
import pond.worker.sandbox.Input;
import pond.worker.sandbox.OutputSink;

/** What a stage of one kind brings to its sandbox, and what it makes of the end there. For one stage and one thread. */
interface ConfinedWork {
    /**
     * What is to run.
     *
     * @param env the stage's own variables
     * @param more variables that every stage of its kind gets; the stage's own win
     * @param broker the model broker's socket for it
     * @param homeFilled whether there are files in its home folder that it is to find in its HOME
     */
    record Task(
            List<String> argv,
            Map<String, String> env,
            Map<String, String> more,
            Input input,
            Optional<Path> broker,
            boolean homeFilled) {}

    /** Called once, when its folders and its way to the network are there and nothing of it runs. */
    Task task() throws IOException, SwarmFailure;

    /** Takes its output. */
    OutputSink sink();

    /** Looks at the running process every now and then. */
    ProcessRun.Watcher watcher();

    /** How the stage ended, by the end of a process that did run in its sandbox and within its limits. */
    Outcome outcome(Ended ended) throws IOException, InterruptedException;

    /** The same for one that could not be started. */
    Outcome notStarted(String reason);
}
