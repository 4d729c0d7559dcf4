package pond.common.protocol;

import java.util.List;

/** Model calls of one job. */
public record UsageBatch(JobRef job, List<UsageRecord> records) {
    public UsageBatch {
        records = List.copyOf(records);
    }
}
