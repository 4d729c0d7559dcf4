package pond.server.cli.runs;

import picocli.CommandLine.Option;

/** Whether a command that makes a run waits for its end, and what it shows meanwhile. */
final class EndOptions extends ViewOptions {
    @Option(
            names = "--wait",
            description = "Wait for the end; the log goes to stderr. Ending this command does not end the run.")
    boolean wait;

    @Option(
            names = "--follow",
            description = "Wait for the end, and show the run: live on a terminal, in lines elsewhere.")
    boolean follow;
}
