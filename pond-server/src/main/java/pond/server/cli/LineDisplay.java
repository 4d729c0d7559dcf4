package pond.server.cli;

import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pond.common.api.LogLine;
import pond.common.api.RunDetails;
import pond.server.cli.live.Display;

/** A run as lines, for files and pipes. */
final class LineDisplay implements Display {
    private static final long PATIENCE_MILLIS = 1_000;

    private final PrintWriter out;
    private final boolean statuses;
    private @Nullable RunDetails before;

    /** @param statuses tell of each change of a status, too, and of what is waited for */
    LineDisplay(PrintWriter out, boolean statuses) {
        this.out = out;
        this.statuses = statuses;
    }

    @Override
    public void state(RunDetails details) {
        if (statuses) {
            StatusLines.between(before, details).forEach(out::println);
            out.flush();
        }
        before = details;
    }

    @Override
    public void lines(List<LogLine> lines) {
        lines.forEach(line -> out.println(RunText.line(line)));
        out.flush();
    }

    @Override
    public void passed(Instant now) {
        // What is printed does not age.
    }

    @Override
    public long patienceMillis() {
        return PATIENCE_MILLIS;
    }

    @Override
    public void close() {
        out.flush();
    }
}
