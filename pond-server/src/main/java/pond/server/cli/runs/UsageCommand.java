package pond.server.cli.runs;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import pond.common.api.UsageReport;
import pond.common.api.UsageReport.Group;
import pond.server.cli.ExitCode;
import pond.server.cli.Operands;
import pond.server.cli.client.PondClient;
import pond.server.cli.context.ServerOptions;
import pond.server.cli.text.RunText;
import pond.server.cli.text.Table;

/** {@code usage}. */
@Command(
        name = "usage",
        description = "Add up the model calls of many runs; 'run usage' shows those of one.",
        mixinStandardHelpOptions = true)
public final class UsageCommand implements Callable<Integer> {
    private static final List<String> NUMBERS =
            List.of("CALLS", "INPUT", "CACHE READ", "CACHE WRITE", "OUTPUT", "REASONING", "USD");

    @Mixin
    ServerOptions options = new ServerOptions();

    @Option(
            names = "--by",
            paramLabel = "WHAT",
            description = "project, model, day or label:KEY; two may be given (model).")
    List<String> by = new ArrayList<>();

    @Option(names = "--since", paramLabel = "TIME", description = "A date or a time (the last 30 days).")
    @Nullable
    String since;

    @Option(names = "--until", paramLabel = "TIME", description = "A date or a time that counts no more.")
    @Nullable
    String until;

    @Option(names = "--project", paramLabel = "ID", description = "Only this project's runs.")
    @Nullable
    String project;

    @Option(
            names = "--label",
            paramLabel = "KEY[=VALUE]",
            description = "Only runs with this label; may repeat, and all must hold.")
    List<String> labels = new ArrayList<>();

    @Override
    public Integer call() throws IOException, InterruptedException {
        PondClient.UsageQuery query =
                new PondClient.UsageQuery(by, since, until, Operands.project(options, project), labels);
        try (PondClient client = options.client()) {
            UsageReport report = client.usage(query);
            options.print(report, out -> print(out, report));
            return ExitCode.OK;
        }
    }

    private void print(PrintWriter out, UsageReport report) {
        List<String> names = report.groups().isEmpty()
                ? report.by()
                : List.copyOf(report.groups().get(0).key().keySet());
        List<String> head = Stream.concat(
                        names.stream().map(name -> Table.cell(name).toUpperCase(Locale.ROOT)), NUMBERS.stream())
                .toList();
        List<List<String>> rows = new ArrayList<>();
        for (Group group : report.groups()) {
            List<String> row = new ArrayList<>();
            group.key().values().forEach(value -> row.add(Table.cell(value)));
            row.addAll(RunText.numbers(group.totals()));
            rows.add(row);
        }
        List<String> last = new ArrayList<>(List.of("total"));
        last.addAll(Collections.nCopies(names.size() - 1, ""));
        last.addAll(RunText.numbers(report.totals()));
        rows.add(last);
        Table.print(out, head, rows);
        if (report.truncated()) {
            options.line().getErr().println("there are more groups than these; the total is that of all");
        }
    }
}
