package pond.server.cli.runs;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.Optional;
import pond.common.api.RunDetails;
import pond.common.api.RunView;
import pond.common.ids.RunId;
import pond.common.json.Json;
import pond.server.cli.ExitCode;
import pond.server.cli.Timeout;
import pond.server.cli.client.PondClient;
import pond.server.cli.client.RunFeed;
import pond.server.cli.client.RunFeed.Failed;
import pond.server.cli.client.RunFeed.Lines;
import pond.server.cli.client.RunFeed.News;
import pond.server.cli.client.RunFeed.State;
import pond.server.cli.context.ServerOptions;
import pond.server.cli.live.Display;
import pond.server.cli.live.LineDisplay;
import pond.server.cli.live.LiveDisplay;
import pond.server.cli.live.TerminalDevice;
import pond.server.cli.text.RunText;

/** Shows a run until it has ended or the time is up, and says by an exit code how that went. */
record Onlooker(ServerOptions options, PondClient client) {
    /** Prints a new run, at once or once it has ended, as the options say. */
    int report(RunView run, EndOptions end) throws IOException, InterruptedException {
        if (end.follow) {
            return follow(run.id(), end);
        }
        if (end.wait) {
            return await(run.id(), end);
        }
        options.print(run, out -> out.println(run.id()));
        return ExitCode.OK;
    }

    /** Live on a terminal; in lines of its log and its statuses where there is none, or when lines are asked for. */
    int follow(RunId run, ViewOptions view) throws IOException, InterruptedException {
        Timeout timeout = Timeout.of(options.line(), view.timeout);
        Optional<TerminalDevice> terminal =
                view.plain || options.json() ? Optional.empty() : TerminalDevice.find(System.getenv());
        PrintWriter out = options.line().getOut();
        if (terminal.isPresent()) {
            RunDetails last;
            try (Display display = new LiveDisplay(terminal.get(), out)) {
                last = until(run, display, timeout);
            }
            // Said on the ordinary screen, where it stays.
            return exitCode(last);
        }
        PrintWriter lines = options.json() ? options.line().getErr() : out;
        lines.println("run " + run);
        return result(inLines(run, new LineDisplay(lines, true), timeout));
    }

    /** The log goes to stderr, the result to stdout. */
    private int await(RunId run, ViewOptions view) throws IOException, InterruptedException {
        Timeout timeout = Timeout.of(options.line(), view.timeout);
        PrintWriter err = options.line().getErr();
        err.println("run " + run);
        return result(inLines(run, new LineDisplay(err, false), timeout));
    }

    private RunDetails inLines(RunId run, LineDisplay lines, Timeout timeout) throws IOException, InterruptedException {
        try (lines) {
            return until(run, lines, timeout);
        }
    }

    private int result(RunDetails details) {
        PrintWriter out = options.line().getOut();
        if (options.json()) {
            out.println(Json.write(details));
        } else {
            RunText.details(out, details);
        }
        return exitCode(details);
    }

    private int exitCode(RunDetails details) {
        int code = ExitCode.of(details.run().status());
        if (code == ExitCode.TIME_IS_UP) {
            options.line()
                    .getErr()
                    .println("pond-server: the time is up; run " + details.run().id() + " goes on");
        }
        return code;
    }

    /** The run at its end, with its whole log shown, or as it is when the time is up. */
    private RunDetails until(RunId run, Display display, Timeout timeout) throws IOException, InterruptedException {
        RunDetails details = client.run(run);
        display.state(details);
        boolean logEnded = false;
        try (RunFeed feed = new RunFeed(client, details)) {
            while (!(details.run().terminal() && logEnded) && !timeout.isUp()) {
                Optional<News> news = feed.next(display.patienceMillis());
                if (news.isPresent()) {
                    News what = news.get();
                    if (what instanceof State state) {
                        details = state.details();
                        display.state(details);
                    } else if (what instanceof Lines lines) {
                        display.lines(lines.page().lines());
                        logEnded = lines.page().complete();
                    } else if (what instanceof Failed failed) {
                        throw failed.asThrown();
                    }
                }
                display.passed(Instant.now());
            }
        }
        return details;
    }
}
