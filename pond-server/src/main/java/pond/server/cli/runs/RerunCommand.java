package pond.server.cli.runs;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import pond.common.api.RerunFrom;
import pond.common.ids.RunId;
import pond.server.cli.Timeout;
import pond.server.cli.client.PondClient;
import pond.server.cli.context.ServerOptions;

/** {@code run rerun}. */
@Command(
        name = "rerun",
        description = "Make a new run from one that has ended, and print its id.",
        mixinStandardHelpOptions = true)
final class RerunCommand implements Callable<Integer> {
    @Mixin
    ServerOptions options = new ServerOptions();

    @Parameters(paramLabel = "RUN", description = "The id of the run that has ended.")
    @Nullable
    RunId id;

    @Option(
            names = "--from",
            paramLabel = "start|failed",
            description = "start: every stage runs. failed: stages that were done are reused, the others run.")
    RerunFrom from = RerunFrom.START;

    @Mixin
    EndOptions end = new EndOptions();

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (id == null) {
            throw new IllegalStateException("picocli has not filled in the run");
        }
        Timeout.of(options.line(), end.timeout);
        try (PondClient client = options.client()) {
            return new Onlooker(options, client).report(client.rerun(id, from), end);
        }
    }
}
