package pond.server.cli.runs;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import pond.common.api.RunDetails;
import pond.common.api.RunView;
import pond.common.ids.RunId;
import pond.common.json.Json;
import pond.server.cli.ExitCode;
import pond.server.cli.Timeout;
import pond.server.cli.client.PondClient;
import pond.server.cli.context.ServerOptions;

/** {@code run wait}. The runs are waited for one after another, while all of them go on. */
@Command(
        name = "wait",
        description = {
            "Wait for the end of runs, and print how each has ended.",
            "Of several runs the exit code tells what is worst: that the time is up, then one that failed, then one that"
                    + " was cancelled."
        },
        mixinStandardHelpOptions = true)
final class WaitCommand implements Callable<Integer> {
    /** Of one long poll. */
    private static final long WAIT_SECONDS = 25;

    @Mixin
    ServerOptions options = new ServerOptions();

    @Parameters(arity = "1..*", paramLabel = "RUN", description = "Their ids.")
    List<RunId> ids = List.of();

    @Option(names = "--timeout", paramLabel = "SEC", description = "Wait that long at most; without it, for ever.")
    @Nullable
    Long timeout;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Timeout time = Timeout.of(options.line(), timeout);
        List<RunView> runs = new ArrayList<>();
        try (PondClient client = options.client()) {
            for (RunId id : ids) {
                RunView run = end(client, id, time);
                runs.add(run);
                if (!options.json()) {
                    options.line().getOut().println(run.id() + " " + run.status());
                    options.line().getOut().flush();
                }
            }
        }
        if (options.json()) {
            options.line().getOut().println(Json.write(runs));
        }
        return ExitCode.of(runs.stream().map(RunView::status).toList());
    }

    /** The run at its end, or as it is when the time is up. */
    private static RunView end(PondClient client, RunId id, Timeout time) throws IOException, InterruptedException {
        RunDetails details = client.run(id);
        while (!details.run().terminal() && !time.isUp()) {
            details = client.runAfter(id, details.run().version(), (int) Math.min(WAIT_SECONDS, time.secondsLeft()));
        }
        return details.run();
    }
}
