package pond.server.cli.live;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import pond.common.api.Failure;
import pond.common.api.RunDetails;
import pond.common.api.StageStatus;
import pond.common.api.StageView;
import pond.common.api.StageView.ProgressView;
import pond.common.api.StageView.SubstageView;
import pond.common.api.Waiting;

/** The stages of a run as a tree, an area of a fan-out below its stage. */
final class StageRows {
    private static final int MOST_KEY = 28;
    private static final int MOST_WORKER = 16;
    private static final int STATUS = 9;
    private static final int ELAPSED = 7;
    private static final int BAR = 10;

    private final List<StageView> stages;
    private final Instant now;
    private final int keyWidth;
    private final int workerWidth;

    private StageRows(RunDetails details, Instant now) {
        this.stages = details.stages();
        this.now = now;
        this.keyWidth = Math.min(
                MOST_KEY,
                stages.stream()
                        .flatMapToInt(stage -> IntStream.concat(
                                IntStream.of(DisplayText.width(stage.key())),
                                stage.substages().stream().mapToInt(area -> 3 + DisplayText.width(area.key()))))
                        .max()
                        .orElse(0));
        this.workerWidth = Math.min(
                MOST_WORKER,
                stages.stream()
                        .map(StageView::worker)
                        .mapToInt(worker -> worker == null ? 0 : DisplayText.width(worker))
                        .max()
                        .orElse(0));
    }

    /** The tree in so many rows at most: areas give way first, then stages at which nothing is happening. */
    static List<StyledLine> of(RunDetails details, Instant now, int most) {
        StageRows rows = new StageRows(details, now);
        List<StyledLine> all = rows.tree(rows.stages, true, false);
        if (all.size() <= most) {
            return all;
        }
        List<StyledLine> withoutAreas = rows.tree(rows.stages, false, false);
        return withoutAreas.size() <= most ? withoutAreas : rows.most(most);
    }

    private List<StyledLine> most(int most) {
        if (most <= 0) {
            return List.of();
        }
        Set<StageView> chosen = stages.stream()
                .sorted(Comparator.comparingInt(stage -> weight(stage.status())))
                .limit(most - 1L)
                .collect(Collectors.toCollection(HashSet::new));
        Map<StageStatus, Integer> others = new EnumMap<>(StageStatus.class);
        stages.stream()
                .filter(stage -> !chosen.contains(stage))
                .forEach(stage -> others.merge(stage.status(), 1, Integer::sum));
        String rest = others.entrySet().stream()
                .map(entry -> entry.getValue() + " " + entry.getKey())
                .collect(Collectors.joining(", "));
        List<StyledLine> rows =
                new ArrayList<>(tree(stages.stream().filter(chosen::contains).toList(), false, true));
        rows.add(StyledLine.EMPTY.with("`- and " + rest, Style.QUIET));
        return rows;
    }

    /** What people look for comes first. */
    private static int weight(StageStatus status) {
        return switch (status) {
            case RUNNING -> 0;
            case FAILED -> 1;
            case QUEUED -> 2;
            case CANCELLED -> 3;
            case PENDING -> 4;
            case DONE -> 5;
            case SKIPPED -> 6;
        };
    }

    private List<StyledLine> tree(List<StageView> shown, boolean areas, boolean goesOn) {
        List<StyledLine> rows = new ArrayList<>();
        for (int i = 0; i < shown.size(); i++) {
            StageView stage = shown.get(i);
            boolean last = i == shown.size() - 1 && !goesOn;
            rows.add(row(stage, last ? "`- " : "|- ", !areas));
            List<SubstageView> substages = areas ? stage.substages() : List.of();
            for (int j = 0; j < substages.size(); j++) {
                String branch = (last ? "   " : "|  ") + (j == substages.size() - 1 ? "`- " : "|- ");
                rows.add(row(substages.get(j), branch));
            }
        }
        return rows;
    }

    private StyledLine row(StageView stage, String branch, boolean sumUp) {
        StyledLine line = columns(
                branch,
                keyWidth,
                stage.key(),
                stage.status(),
                Spans.elapsed(stage.startedAt(), stage.finishedAt(), now),
                stage.worker());
        if (stage.attempt() > 1) {
            line = line.with("  attempt " + stage.attempt());
        }
        ProgressView progress = stage.progress();
        if (progress != null && stage.status() == StageStatus.RUNNING) {
            line = line.with("  " + bar(progress));
        }
        if (sumUp && !stage.substages().isEmpty()) {
            long ended = stage.substages().stream()
                    .filter(area -> area.status().isTerminal())
                    .count();
            line = line.with("  " + ended + "/" + stage.substages().size() + " areas ended");
        }
        return reasons(line, stage.error(), stage.waiting());
    }

    private StyledLine row(SubstageView area, String branch) {
        StyledLine line = columns(
                branch,
                keyWidth - 3,
                area.key(),
                area.status(),
                Spans.elapsed(area.startedAt(), area.finishedAt(), now),
                area.worker());
        if (area.attempt() > 1) {
            line = line.with("  attempt " + area.attempt());
        }
        if (area.title() != null) {
            line = line.with("  " + area.title());
        }
        return reasons(line, area.error(), null);
    }

    private StyledLine columns(
            String branch, int width, String key, StageStatus status, String elapsed, @Nullable String worker) {
        return StyledLine.EMPTY
                .with(branch, Style.QUIET)
                .with(DisplayText.column(DisplayText.harmless(key), width) + "  ")
                .with(DisplayText.column(status.toString(), STATUS), style(status))
                .with(" ".repeat(Math.max(0, ELAPSED - elapsed.length())) + elapsed + "  ")
                .with(DisplayText.column(DisplayText.harmless(worker == null ? "" : worker), workerWidth));
    }

    private StyledLine reasons(StyledLine line, @Nullable Failure error, @Nullable Waiting waiting) {
        StyledLine reasons = line;
        if (error != null) {
            reasons = reasons.with("  " + error.code() + ": " + error.message(), Style.BAD);
        }
        return waiting == null ? reasons : reasons.with("  " + waiting(waiting, now), Style.STOPPED);
    }

    /** What matters most comes first, because a line may be cut. */
    static String waiting(Waiting waiting, Instant now) {
        return "waits " + Spans.left(waiting.deadline(), now) + " more: " + waiting.message() + "; at "
                + Spans.clock(waiting.deadline(), now) + " " + waiting.onDeadline();
    }

    private static String bar(ProgressView progress) {
        String message = progress.message() == null ? "" : " " + progress.message();
        if (progress.total() <= 0) {
            return progress.done() + " done" + message;
        }
        double share = Math.max(0, Math.min(1, (double) progress.done() / progress.total()));
        int full = (int) (share * BAR);
        return "[" + "#".repeat(full) + "-".repeat(BAR - full) + "] " + progress.done() + "/" + progress.total()
                + message;
    }

    private static Style style(StageStatus status) {
        return switch (status) {
            case DONE -> Style.GOOD;
            case FAILED -> Style.BAD;
            case RUNNING -> Style.BUSY;
            case QUEUED, CANCELLED -> Style.STOPPED;
            case PENDING, SKIPPED -> Style.QUIET;
        };
    }
}
