package pond.server.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import pond.common.api.RunDetails;
import pond.common.api.RunStatus;
import pond.common.api.RunView;
import pond.common.ids.RunId;
import pond.common.json.Json;

/** {@code run wait}. The runs are waited for one after another, while all of them go on. */
@Command(
        name = "wait",
        description = "Wait for the end of runs, and print how each has ended.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:all are done",
            "1:one has failed",
            "2:the command line is wrong",
            "3:none has failed, but one was cancelled",
            "4:the server refused, or is out of reach",
            "5:the time is up, and one has not ended"
        })
final class WaitCommand implements Callable<Integer> {
    private static final int FAILED = 1;
    private static final int CANCELLED = 3;
    private static final int NO_ANSWER = 4;
    private static final int TIME_IS_UP = 5;
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
    public Integer call() throws InterruptedException {
        if (timeout != null && (timeout < 0 || timeout > Integer.MAX_VALUE)) {
            throw new ParameterException(options.line(), "--timeout must be a number of seconds from 0 on");
        }
        long start = System.nanoTime();
        List<RunView> runs = new ArrayList<>();
        try (PondClient client = options.client()) {
            for (RunId id : ids) {
                RunView run = end(client, id, start);
                runs.add(run);
                if (!options.json) {
                    options.line().getOut().println(run.id() + " " + run.status());
                    options.line().getOut().flush();
                }
            }
        } catch (IOException e) {
            options.line().getErr().println("pond-server: " + e.getMessage());
            return NO_ANSWER;
        }
        if (options.json) {
            options.line().getOut().println(Json.write(runs));
        }
        return exitCode(runs.stream().map(RunView::status).toList());
    }

    /** The run at its end, or as it is when the time is up. */
    private RunView end(PondClient client, RunId id, long start) throws IOException, InterruptedException {
        RunDetails details = client.run(id);
        long left = left(start);
        while (!details.run().terminal() && left > 0) {
            details = client.runAfter(id, details.run().version(), (int) Math.min(WAIT_SECONDS, left));
            left = left(start);
        }
        return details.run();
    }

    /** Whole seconds, rounded up. */
    private long left(long start) {
        if (timeout == null) {
            return Long.MAX_VALUE;
        }
        long nanos = TimeUnit.SECONDS.toNanos(timeout) - (System.nanoTime() - start);
        return nanos <= 0 ? 0 : TimeUnit.NANOSECONDS.toSeconds(nanos - 1) + 1;
    }

    private static int exitCode(List<RunStatus> ends) {
        if (!ends.stream().allMatch(RunStatus::isTerminal)) {
            return TIME_IS_UP;
        }
        if (ends.contains(RunStatus.FAILED)) {
            return FAILED;
        }
        return ends.contains(RunStatus.CANCELLED) ? CANCELLED : ExitCode.OK;
    }
}
