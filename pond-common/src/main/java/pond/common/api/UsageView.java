package pond.common.api;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pond.common.ids.RunId;

/** The answer of {@code GET /v1/runs/{id}/usage}: what model calls of a run used, in total, by model and by substage. */
public record UsageView(RunId runId, Totals totals, List<ByModel> byModel, List<BySubstage> substages) {

    /**
     * Sums over model calls.
     *
     * @param inputTokens the uncached part
     * @param reasoningTokens part of the output
     * @param costUsd in US dollars with six decimals; null when no call has a known price
     */
    public record Totals(
            long calls,
            long inputTokens,
            long cacheReadTokens,
            long cacheWriteTokens,
            long outputTokens,
            long reasoningTokens,
            @Nullable BigDecimal costUsd) {}

    public record ByModel(
            String model, String provider, @JsonUnwrapped Totals totals) {}

    public record BySubstage(
            String stage,
            @Nullable String substage,
            int attempt,
            String model,
            String usageSource,
            @JsonUnwrapped Totals totals) {}
}
