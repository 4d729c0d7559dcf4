package pond.server.usage;

import org.jspecify.annotations.Nullable;
import pond.common.protocol.UsageRecord;

/** Who is told of every model call that is recorded, once, on the writer's thread and after the commit; it must be quick. */
public interface CallListener {
    /**
     * A call was recorded for the first time.
     *
     * @param costMicros in millionths of a dollar, null when nobody knows what it cost
     */
    void recorded(UsageRecord call, @Nullable Long costMicros);
}
