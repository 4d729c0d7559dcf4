package pond.worker.runtime;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import pond.common.protocol.UsageRecord;
import pond.common.protocol.UsageRecord.Ending;
import pond.common.protocol.UsageRecord.UsageSource;

/** Model calls for tests. */
final class Calls {
    private Calls() {}

    /** Calls that each used something else. */
    static List<UsageRecord> some(int count) {
        List<UsageRecord> calls = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            calls.add(call(i));
        }
        return calls;
    }

    static UsageRecord call(int number) {
        return new UsageRecord(
                new UUID(9, number),
                "openai",
                "m-1",
                "m-1",
                "request-" + number,
                number,
                2,
                3,
                4,
                1,
                UsageSource.PROVIDER,
                true,
                Ending.COMPLETE,
                200,
                Instant.EPOCH,
                Instant.EPOCH.plusSeconds(1));
    }
}
