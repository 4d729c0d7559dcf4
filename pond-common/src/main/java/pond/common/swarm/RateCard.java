package pond.common.swarm;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * What a model's tokens cost, in micro-dollars (millionths of a US dollar) per million tokens: 3 dollars per million are
 * 3,000,000. A pure value.
 *
 * @param inputMicros for input that no cache was used for
 * @param cacheReadMicros null: as input
 * @param cacheWriteMicros null: as input
 */
@JsonNaming(SnakeCaseStrategy.class)
public record RateCard(
        long inputMicros,
        long outputMicros,
        @Nullable Long cacheReadMicros,
        @Nullable Long cacheWriteMicros) {
    private static final BigInteger MILLION = BigInteger.valueOf(1_000_000);
    private static final BigInteger HALF = BigInteger.valueOf(500_000);
    private static final BigInteger MOST = BigInteger.valueOf(Long.MAX_VALUE);

    /** Throws {@link IllegalArgumentException} when a price is negative. */
    public RateCard {
        requireCount(inputMicros);
        requireCount(outputMicros);
        requireCount(cacheReadMicros == null ? 0 : cacheReadMicros);
        requireCount(cacheWriteMicros == null ? 0 : cacheWriteMicros);
    }

    /**
     * What one call cost, in micro-dollars. The four parts are added up exactly, and the sum is rounded once, half up; so a
     * call is never off by more than half a millionth of a dollar. A sum that no {@code long} holds is
     * {@link Long#MAX_VALUE}: more than any budget, never less than nothing.
     *
     * @param inputTokens without those read from or written to a cache
     * @param outputTokens reasoning included
     * @throws IllegalArgumentException when a count is negative
     */
    public long costMicros(long inputTokens, long cacheReadTokens, long cacheWriteTokens, long outputTokens) {
        BigInteger sum = part(inputTokens, inputMicros)
                .add(part(cacheReadTokens, cacheReadMicros == null ? inputMicros : cacheReadMicros))
                .add(part(cacheWriteTokens, cacheWriteMicros == null ? inputMicros : cacheWriteMicros))
                .add(part(outputTokens, outputMicros));
        return sum.add(HALF).divide(MILLION).min(MOST).longValueExact();
    }

    private static BigInteger part(long tokens, long micros) {
        requireCount(tokens);
        return BigInteger.valueOf(tokens).multiply(BigInteger.valueOf(micros));
    }

    private static void requireCount(long count) {
        if (count < 0) {
            throw new IllegalArgumentException("tokens and prices are not negative");
        }
    }
}
