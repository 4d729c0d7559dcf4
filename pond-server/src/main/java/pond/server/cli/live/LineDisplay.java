package pond.server.cli.live;

import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pond.common.api.LogLine;
import pond.common.api.RunDetails;
import pond.server.cli.text.RunText;

/** A run as lines, for files and pipes. The end of a run is told after its log, which may come later than its state. */
public final class LineDisplay implements Display {
    private static final long PATIENCE_MILLIS = 1_000;

    private final PrintWriter out;
    private final boolean statuses;
    private @Nullable RunDetails told;
    private @Nullable RunDetails end;

    /** @param statuses tell of each change of a status, too, and of what is waited for */
    public LineDisplay(PrintWriter out, boolean statuses) {
        this.out = out;
        this.statuses = statuses;
    }

    @Override
    public void state(RunDetails details) {
        if (details.run().terminal()) {
            end = details;
        } else {
            tell(details);
        }
    }

    private void tell(RunDetails details) {
        if (statuses) {
            StatusLines.between(told, details).forEach(out::println);
            out.flush();
        }
        told = details;
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
        if (end != null) {
            tell(end);
        }
    }
}
