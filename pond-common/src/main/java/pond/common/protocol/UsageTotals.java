package pond.common.protocol;

import java.util.Collection;

/**
 * What the model calls of one job used, added up.
 *
 * @param inputTokens the uncached part
 * @param reasoningTokens part of {@code outputTokens}
 */
public record UsageTotals(
        long calls,
        long inputTokens,
        long cacheReadTokens,
        long cacheWriteTokens,
        long outputTokens,
        long reasoningTokens) {
    public static final UsageTotals NONE = new UsageTotals(0, 0, 0, 0, 0, 0);

    /** The sum of records, each of another call. */
    public static UsageTotals of(Collection<UsageRecord> records) {
        UsageTotals sum = NONE;
        for (UsageRecord record : records) {
            sum = sum.plus(record);
        }
        return sum;
    }

    /** The same with one call more. */
    public UsageTotals plus(UsageRecord call) {
        return new UsageTotals(
                calls + 1,
                inputTokens + call.inputTokens(),
                cacheReadTokens + call.cacheReadTokens(),
                cacheWriteTokens + call.cacheWriteTokens(),
                outputTokens + call.outputTokens(),
                reasoningTokens + call.reasoningTokens());
    }
}
