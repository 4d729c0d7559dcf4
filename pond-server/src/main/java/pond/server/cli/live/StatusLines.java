package pond.server.cli.live;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import pond.common.api.Failure;
import pond.common.api.RunDetails;
import pond.common.api.RunView;
import pond.common.api.StageStatus;
import pond.common.api.StageView;
import pond.common.api.Waiting;
import pond.server.cli.text.Table;
import pond.server.cli.text.Terminal;

/** What has changed between two states of a run, a line for each. Progress is left out: it may change all the time. */
final class StatusLines {
    private StatusLines() {}

    /** @param before null: nothing was known */
    static List<String> between(@Nullable RunDetails before, RunDetails after) {
        Map<String, StageView> known = new HashMap<>();
        if (before != null) {
            before.stages().forEach(stage -> known.put(stage.key(), stage));
        }
        List<String> lines = new ArrayList<>();
        for (StageView stage : after.stages()) {
            StageView was = known.get(stage.key());
            boolean silent = was == null && stage.status() == StageStatus.PENDING;
            if (!silent && !facts(stage).equals(was == null ? null : facts(was))) {
                lines.add(at(stage.startedAt(), stage.finishedAt(), stage.waiting(), after.run()) + " "
                        + Terminal.clean(stage.key()) + " status: " + words(stage));
            }
        }
        RunView run = after.run();
        if (before == null || before.run().status() != run.status()) {
            lines.add(at(run.startedAt(), run.finishedAt(), run.waiting(), run) + " run status: " + run.status()
                    + reason(run.error()));
        }
        return lines;
    }

    /** What is worth a line when it changes. */
    private static List<String> facts(StageView stage) {
        return List.of(
                stage.status().toString(),
                Integer.toString(stage.attempt()),
                String.valueOf(stage.worker()),
                stage.waiting() == null ? "" : stage.waiting().code());
    }

    private static String words(StageView stage) {
        StringBuilder words = new StringBuilder(stage.status().toString());
        if (stage.status() == StageStatus.RUNNING && stage.worker() != null) {
            words.append(" on ").append(Terminal.clean(stage.worker()));
        }
        if (stage.attempt() > 1) {
            words.append(", attempt ").append(stage.attempt());
        }
        Waiting waiting = stage.waiting();
        if (waiting != null) {
            words.append(", waiting until ")
                    .append(waiting.deadline())
                    .append(": ")
                    .append(Terminal.clean(waiting.message()));
        }
        return words + reason(stage.error());
    }

    private static String reason(@Nullable Failure error) {
        return error == null ? "" : ": " + Table.cell(error.code()) + ": " + Table.cell(error.message());
    }

    /** When it came to be so: the latest time that is known. */
    private static Instant at(
            @Nullable Instant started, @Nullable Instant finished, @Nullable Waiting waiting, RunView run) {
        return Stream.of(finished, waiting == null ? null : waiting.since(), started)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(run.createdAt());
    }
}
