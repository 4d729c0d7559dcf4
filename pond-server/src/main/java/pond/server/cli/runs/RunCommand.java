package pond.server.cli.runs;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import pond.common.api.ArtifactList;
import pond.common.api.ArtifactView;
import pond.common.api.DeliveryView;
import pond.common.api.LogPage;
import pond.common.api.RunDetails;
import pond.common.api.RunPage;
import pond.common.api.RunView;
import pond.common.api.UsageView;
import pond.common.ids.ProjectId;
import pond.common.ids.RunId;
import pond.common.json.Json;
import pond.server.cli.CommandGroup;
import pond.server.cli.ExitCode;
import pond.server.cli.Operands;
import pond.server.cli.client.LogReader;
import pond.server.cli.client.PondClient;
import pond.server.cli.context.ServerOptions;
import pond.server.cli.text.RunText;
import pond.server.cli.text.Table;

/** {@code run …}: the API from a terminal. Results go to stdout; progress and complaints to stderr. */
@Command(
        name = "run",
        description = "Submit, watch and cancel runs on a server.",
        mixinStandardHelpOptions = true,
        subcommands = {
            SubmitCommand.class,
            RerunCommand.class,
            WatchCommand.class,
            WaitCommand.class,
            DeliveriesCommand.class
        })
public final class RunCommand extends CommandGroup {
    public RunCommand() {
        super("submit, rerun, list, show, watch, logs, wait, cancel, artifacts, usage, deliveries, redeliver");
    }

    @Command(name = "list", description = "List runs, newest first.", mixinStandardHelpOptions = true)
    int list(
            @Mixin ServerOptions options,
            @Option(names = "--project", paramLabel = "ID", description = "Only this project's.") @Nullable
                    String project,
            @Option(names = "--status", paramLabel = "STATUS", description = "Only these; may repeat.") @Nullable
                    List<String> statuses,
            @Option(
                            names = "--label",
                            paramLabel = "KEY[=VALUE]",
                            description = "Only runs with this label; may repeat, and all must hold.")
                    @Nullable
                    List<String> labels,
            @Option(names = "--limit", paramLabel = "N", defaultValue = "50", description = "At most this many (50).")
                    int limit,
            @Option(names = "--cursor", paramLabel = "CURSOR", description = "Go on where a list ended.") @Nullable
                    String cursor)
            throws IOException, InterruptedException {
        Optional<ProjectId> id = Operands.project(options, project);
        try (PondClient client = options.client()) {
            RunPage page = client.list(
                    id, statuses == null ? List.of() : statuses, labels == null ? List.of() : labels, limit, cursor);
            options.print(page, out -> {
                Table.print(
                        out,
                        List.of("ID", "STATUS", "PROJECT", "CREATED", "FINISHED"),
                        page.runs().stream().map(RunCommand::row).toList());
                if (page.next() != null) {
                    options.line().getErr().println("more with --cursor " + page.next());
                }
            });
            return ExitCode.OK;
        }
    }

    @Command(name = "show", description = "Show a run and its stages.", mixinStandardHelpOptions = true)
    int show(@Mixin ServerOptions options, @Parameters(paramLabel = "RUN", description = "Its id.") RunId id)
            throws IOException, InterruptedException {
        try (PondClient client = options.client()) {
            RunDetails details = client.run(id);
            options.print(details, out -> RunText.details(out, details));
            return ExitCode.OK;
        }
    }

    @Command(name = "logs", description = "Print a run's log.", mixinStandardHelpOptions = true)
    int logs(
            @Mixin ServerOptions options,
            @Parameters(paramLabel = "RUN", description = "Its id.") RunId id,
            @Option(
                            names = {"-f", "--follow"},
                            description = "Go on until the run has ended.")
                    boolean follow,
            @Option(names = "--since", paramLabel = "ID", defaultValue = "0", description = "After this line.")
                    long since)
            throws IOException, InterruptedException {
        try (PondClient client = options.client()) {
            PrintWriter out = options.line().getOut();
            LogPage last = new LogReader(client, id)
                    .lines(since, follow, line -> out.println(options.json() ? Json.write(line) : RunText.line(line)));
            tellOfRemoval(options, "log was", last.removedAt());
            return ExitCode.OK;
        }
    }

    @Command(name = "cancel", description = "Ask a run to end.", mixinStandardHelpOptions = true)
    int cancel(@Mixin ServerOptions options, @Parameters(paramLabel = "RUN", description = "Its id.") RunId id)
            throws IOException, InterruptedException {
        try (PondClient client = options.client()) {
            RunView run = client.cancel(id);
            options.print(run, out -> out.println(run.status()));
            return ExitCode.OK;
        }
    }

    @Command(
            name = "artifacts",
            description = "List a run's artifacts, or fetch them.",
            mixinStandardHelpOptions = true)
    int artifacts(
            @Mixin ServerOptions options,
            @Parameters(paramLabel = "RUN", description = "Its id.") RunId id,
            @Option(
                            names = "--download",
                            paramLabel = "DIR",
                            description = "Fetch them to DIR/STAGE[/SUBSTAGE]/NAME and check their digests.")
                    @Nullable
                    Path folder)
            throws IOException, InterruptedException {
        try (PondClient client = options.client()) {
            ArtifactList list = client.artifacts(id);
            List<ArtifactView> artifacts = list.artifacts();
            tellOfRemoval(options, "artifacts were", list.removedAt());
            if (folder == null) {
                options.print(artifacts, out -> RunText.artifacts(out, artifacts));
                return ExitCode.OK;
            }
            List<String> files = new ArrayList<>();
            for (ArtifactView artifact : artifacts) {
                Path file = client.download(id, artifact, folder);
                files.add(file.toString());
                if (!options.json()) {
                    options.line().getOut().println(file);
                }
            }
            if (options.json()) {
                options.line().getOut().println(Json.write(files));
            }
            return ExitCode.OK;
        }
    }

    @Command(name = "usage", description = "Show what a run's model calls used.", mixinStandardHelpOptions = true)
    int usage(@Mixin ServerOptions options, @Parameters(paramLabel = "RUN", description = "Its id.") RunId id)
            throws IOException, InterruptedException {
        try (PondClient client = options.client()) {
            UsageView usage = client.usage(id);
            options.print(usage, out -> RunText.usage(out, usage));
            return ExitCode.OK;
        }
    }

    @Command(
            name = "redeliver",
            description = "Send a message to a run's callback once more.",
            mixinStandardHelpOptions = true)
    int redeliver(
            @Mixin ServerOptions options,
            @Parameters(paramLabel = "RUN", description = "The run's id.") RunId id,
            @Parameters(paramLabel = "DELIVERY", description = "The id that 'run deliveries' shows.") UUID delivery)
            throws IOException, InterruptedException {
        try (PondClient client = options.client()) {
            DeliveryView sent = client.redeliver(id, delivery);
            options.print(sent, out -> out.println(sent.status()));
            return ExitCode.OK;
        }
    }

    private static void tellOfRemoval(ServerOptions options, String what, @Nullable Instant at) {
        if (at != null) {
            options.line().getErr().println("the " + what + " removed at " + at);
        }
    }

    private static List<String> row(RunView run) {
        return List.of(
                run.id().toString(),
                run.status().toString(),
                Table.cell(run.projectId()),
                Table.cell(run.createdAt()),
                Table.cell(run.finishedAt()));
    }
}
