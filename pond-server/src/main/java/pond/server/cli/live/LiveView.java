package pond.server.cli.live;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pond.common.api.LogLine;
import pond.common.api.RunStatus;
import pond.common.api.RunView;
import pond.common.api.Waiting;

/**
 * A frame: the run, the tree of its stages, and below as much of the end of its log as fits. A third of the room is the
 * log's, however large the tree, and all that the tree leaves.
 */
final class LiveView {
    private static final String RULE = "-- log ";

    private LiveView() {}

    /** At most {@code height} lines of at most {@code width} columns. */
    static List<StyledLine> lines(Picture picture, int width, int height) {
        List<StyledLine> lines = new ArrayList<>(head(picture));
        int room = height - lines.size();
        int logWanted = picture.tail().isEmpty() ? 0 : Math.min(picture.tail().size(), room / 3) + 1;
        lines.addAll(StageRows.of(picture.details(), picture.now(), room - logWanted));
        int logRoom = height - lines.size() - 1;
        if (logRoom > 0 && !picture.tail().isEmpty()) {
            lines.add(StyledLine.EMPTY.with(RULE + "-".repeat(Math.max(0, width - RULE.length())), Style.QUIET));
            List<LogLine> tail = picture.tail();
            tail.subList(Math.max(0, tail.size() - logRoom), tail.size()).forEach(line -> lines.add(line(line)));
        }
        return lines.stream()
                .limit(Math.max(0, height))
                .map(line -> line.cut(width))
                .toList();
    }

    private static List<StyledLine> head(Picture picture) {
        RunView run = picture.details().run();
        Instant now = picture.now();
        List<StyledLine> head = new ArrayList<>();
        head.add(StyledLine.EMPTY
                .with("run " + run.id() + "  ")
                .with(run.status().toString(), style(run.status()))
                .with("  " + Spans.elapsed(run.createdAt(), run.finishedAt(), now) + "  " + run.projectId()));
        if (run.error() != null) {
            head.add(StyledLine.EMPTY.with(
                    run.error().code() + ": " + run.error().message(), Style.BAD));
        }
        // As a rule it is a stage that the run waits for, and its row says so.
        boolean said =
                picture.details().stages().stream().anyMatch(stage -> waitsAlike(run.waiting(), stage.waiting()));
        if (run.waiting() != null && !said) {
            head.add(StyledLine.EMPTY.with(StageRows.waiting(run.waiting(), now), Style.STOPPED));
        }
        return head;
    }

    private static boolean waitsAlike(@Nullable Waiting one, @Nullable Waiting other) {
        return one != null && other != null && one.message().equals(other.message());
    }

    private static StyledLine line(LogLine line) {
        String where = line.stage() == null
                ? line.source().toString()
                : line.stage() + (line.substage() == null ? "" : "/" + line.substage());
        return StyledLine.EMPTY.with(where + " | ", Style.QUIET).with(line.line());
    }

    private static Style style(RunStatus status) {
        return switch (status) {
            case DONE -> Style.GOOD;
            case FAILED -> Style.BAD;
            case RUNNING -> Style.BUSY;
            case QUEUED, CANCELLING, CANCELLED -> Style.STOPPED;
        };
    }
}
