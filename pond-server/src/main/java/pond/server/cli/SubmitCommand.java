package pond.server.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import pond.common.api.RunDetails;
import pond.common.api.RunStatus;
import pond.common.api.RunView;
import pond.common.json.Json;

/** {@code run submit}. */
@Command(
        name = "submit",
        description = "Submit a run and print its id.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:submitted; with --wait: the run is done",
            "1:the server cannot be reached, or something else went wrong",
            "2:the command line is wrong",
            "3:with --wait: the run failed or was cancelled",
            "4:the server refused"
        })
final class SubmitCommand implements Callable<Integer> {
    @Mixin
    ServerOptions options = new ServerOptions();

    @Mixin
    SubmitBody body = new SubmitBody();

    @Option(
            names = "--wait",
            description = "Wait for the end; the log goes to stderr. Ending this command does not end the run.")
    boolean wait;

    @Override
    public Integer call() throws IOException, InterruptedException {
        ObjectNode request = body.read(System.in);
        try (PondClient client = options.client()) {
            return report(options, client, client.submit(request), wait);
        }
    }

    /** Prints a new run, at once or once it has ended; the exit code that says how that went. */
    static int report(ServerOptions options, PondClient client, RunView run, boolean wait)
            throws IOException, InterruptedException {
        PrintWriter out = options.line().getOut();
        if (!wait) {
            out.println(options.json ? Json.write(run) : run.id());
            return ExitCode.OK;
        }
        RunDetails details = watch(options, client, run);
        if (options.json) {
            out.println(Json.write(details));
        } else {
            RunText.details(out, details);
        }
        return details.run().status() == RunStatus.DONE ? ExitCode.OK : ExitCode.RUN_FAILED;
    }

    private static RunDetails watch(ServerOptions options, PondClient client, RunView run)
            throws IOException, InterruptedException {
        PrintWriter err = options.line().getErr();
        err.println("run " + run.id());
        Follower follower = new Follower(client, run.id());
        follower.lines(0, true, line -> {
            err.println(RunText.line(line));
            err.flush();
        });
        return follower.end();
    }
}
