package pond.server.cli.live;

import java.time.Instant;
import java.util.List;
import pond.common.api.LogLine;
import pond.common.api.RunDetails;

/**
 * All that a frame shows.
 *
 * @param tail the end of the log, oldest line first
 * @param now what lasts, lasts until now
 */
record Picture(RunDetails details, List<LogLine> tail, Instant now) {
    Picture {
        tail = List.copyOf(tail);
    }
}
