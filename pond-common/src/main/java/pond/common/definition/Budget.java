package pond.common.definition;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import org.jspecify.annotations.Nullable;
import pond.common.problems.Fields;

/**
 * What model calls may use, all attempts and areas together; null is no bound.
 *
 * @param maxCostMicros in millionths of a US dollar; calls without a known price do not count
 * @param maxTokens of all kinds together
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Budget(@Nullable Long maxCostMicros, @Nullable Long maxTokens) {
    private static final long MAX_TOKENS = 1_000_000_000_000L;

    /** No bound at all. */
    public static final Budget UNLIMITED = new Budget(null, null);

    public Budget {
        if ((maxCostMicros != null && maxCostMicros < 0) || (maxTokens != null && maxTokens < 0)) {
            throw new IllegalArgumentException("a budget is not negative");
        }
    }

    /** Reads {@code {max_cost_usd, max_tokens}}; one that bounds nothing is reported. */
    public static Budget read(Fields fields) {
        @Nullable Long cost = fields.microDollars("max_cost_usd").orElse(null);
        @Nullable Long tokens = fields.longInteger("max_tokens", 0, MAX_TOKENS).orElse(null);
        if (fields.value("max_cost_usd").isEmpty() && fields.value("max_tokens").isEmpty()) {
            fields.report("max_cost_usd", "or max_tokens is required");
        }
        fields.end();
        return new Budget(cost, tokens);
    }
}
