package pond.server.cli.live;

import java.time.Instant;
import java.util.List;
import pond.common.api.LogLine;
import pond.common.api.RunDetails;

/** Shows one run while it goes on. For one thread. */
public interface Display extends AutoCloseable {
    /** The run as it is from now on. */
    void state(RunDetails details);

    /** More of its log. */
    void lines(List<LogLine> lines);

    /** Time has passed: after every change, and after {@link #patienceMillis} without one. */
    void passed(Instant now) throws InterruptedException;

    /** How long it may be left alone. */
    long patienceMillis();

    /** Leaves what it has shown last. */
    @Override
    void close();
}
