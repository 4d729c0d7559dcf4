package pond.server.cli.text;

import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import pond.common.api.ArtifactView;
import pond.common.api.Failure;
import pond.common.api.LogLine;
import pond.common.api.RerunOf;
import pond.common.api.RunDetails;
import pond.common.api.StageView;
import pond.common.api.UsageView;
import pond.common.api.UsageView.Totals;
import pond.common.api.Waiting;

/** Runs and what belongs to them as text for people. */
public final class RunText {
    private RunText() {}

    /** Prints a run and its stages, with what went wrong and what is waited for. */
    public static void details(PrintWriter out, RunDetails details) {
        out.println("run " + details.run().id() + " of project "
                + Table.cell(details.run().projectId()) + ": " + details.run().status());
        RerunOf origin = details.run().rerunOf();
        if (origin != null) {
            out.println("  re-run of " + origin.run() + " from " + origin.from());
        }
        reason(out, details.run().error(), details.run().waiting());
        Table.print(
                out,
                List.of("STAGE", "KIND", "STATUS", "ATTEMPT", "WORKER", "STARTED", "FINISHED", "EXIT"),
                details.stages().stream().map(RunText::row).toList());
        for (StageView stage : details.stages()) {
            reason(out, stage.error(), stage.waiting());
            if (stage.reusedFrom() != null) {
                out.println("  " + Table.cell(stage.key()) + " ran in run " + stage.reusedFrom());
            }
        }
    }

    /** A line of a log with its time, its stage and its stream. */
    public static String line(LogLine line) {
        String where = line.stage() == null
                ? line.source().toString()
                : line.stage() + (line.substage() == null ? "" : "/" + line.substage());
        return line.at() + " " + Terminal.clean(where) + " " + line.stream() + ": " + Terminal.clean(line.line());
    }

    /** Prints a row for each artifact. */
    public static void artifacts(PrintWriter out, List<ArtifactView> artifacts) {
        Table.print(
                out,
                List.of("STAGE", "SUBSTAGE", "NAME", "BYTES", "SHA256"),
                artifacts.stream()
                        .map(artifact -> List.of(
                                Table.cell(artifact.stage()),
                                Table.cell(artifact.substage()),
                                Table.cell(artifact.name()),
                                Long.toString(artifact.size()),
                                Table.cell(artifact.sha256())))
                        .toList());
    }

    /** Prints what the model calls of a run used, a row for each model, and the sum. */
    public static void usage(PrintWriter out, UsageView usage) {
        Table.print(
                out,
                List.of("MODEL", "CALLS", "INPUT", "CACHE READ", "CACHE WRITE", "OUTPUT", "REASONING", "USD"),
                Stream.concat(
                                usage.byModel().stream().map(model -> row(Table.cell(model.model()), model.totals())),
                                Stream.of(row("total", usage.totals())))
                        .toList());
    }

    private static void reason(PrintWriter out, @Nullable Failure error, @Nullable Waiting waiting) {
        if (error != null) {
            out.println("  " + Table.cell(error.code()) + ": " + Table.cell(error.message()));
        }
        if (waiting != null) {
            out.println("  waiting until " + waiting.deadline() + ": " + Table.cell(waiting.message()) + "; then "
                    + Table.cell(waiting.onDeadline()));
        }
    }

    private static List<String> row(StageView stage) {
        return List.of(
                Table.cell(stage.key()),
                Table.cell(stage.kind()),
                stage.status().toString(),
                Integer.toString(stage.attempt()),
                Table.cell(stage.worker()),
                Table.cell(stage.startedAt()),
                Table.cell(stage.finishedAt()),
                Table.cell(stage.exitCode()));
    }

    private static List<String> row(String model, Totals totals) {
        return Stream.concat(Stream.of(model), numbers(totals).stream()).toList();
    }

    /** The cells for calls, tokens from input to reasoning, and dollars. */
    public static List<String> numbers(Totals totals) {
        return List.of(
                Long.toString(totals.calls()),
                Long.toString(totals.inputTokens()),
                Long.toString(totals.cacheReadTokens()),
                Long.toString(totals.cacheWriteTokens()),
                Long.toString(totals.outputTokens()),
                Long.toString(totals.reasoningTokens()),
                Table.cell(totals.costUsd()));
    }
}
