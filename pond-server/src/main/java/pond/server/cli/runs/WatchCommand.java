package pond.server.cli.runs;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import pond.common.ids.RunId;
import pond.server.cli.client.PondClient;
import pond.server.cli.context.ServerOptions;

/** {@code run watch}. */
@Command(
        name = "watch",
        description = {
            "Show a run until its end: live on a terminal, in lines elsewhere.",
            "Ending this command does not end the run."
        },
        mixinStandardHelpOptions = true)
final class WatchCommand implements Callable<Integer> {
    @Mixin
    ServerOptions options = new ServerOptions();

    @Mixin
    ViewOptions view = new ViewOptions();

    @Parameters(paramLabel = "RUN", description = "Its id.")
    @Nullable
    RunId id;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (id == null) {
            throw new IllegalStateException("picocli has not filled in the run");
        }
        try (PondClient client = options.client()) {
            return new Onlooker(options, client).follow(id, view);
        }
    }
}
