package pond.common.protocol;

import java.time.Instant;
import java.util.List;
import pond.common.api.LogStream;

/**
 * Lines of one job, numbered from 1 without a gap.
 *
 * @param first the number of the first line; lines that the server has already are skipped
 */
public record LogBatch(JobRef job, long first, List<Line> lines) {
    public LogBatch {
        lines = List.copyOf(lines);
    }

    /** One line, without its line end. */
    public record Line(Instant at, LogStream stream, String text) {}
}
