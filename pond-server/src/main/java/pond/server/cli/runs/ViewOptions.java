package pond.server.cli.runs;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a run is shown until its end, and how long. */
class ViewOptions {
    @Option(names = "--plain", description = "Print lines, also on a terminal.")
    boolean plain;

    @Option(
            names = "--timeout",
            paramLabel = "SEC",
            description = "Wait for the end that long at most; without it, for ever.")
    @Nullable
    Long timeout;
}
