package pond.common.protocol;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One model call. Token counts are those of the provider's own answer, sorted into the same drawers for every provider.
 *
 * @param id made by the worker; a repeat is stored once
 * @param inputTokens the uncached part
 * @param reasoningTokens part of {@code outputTokens}
 * @param costMicros in millionths of a US dollar, null when no price is known
 * @param usageSource {@code provider}, {@code estimated} or {@code none}
 */
public record UsageRecord(
        UUID id,
        String provider,
        String model,
        @Nullable String requestId,
        long inputTokens,
        long cacheReadTokens,
        long cacheWriteTokens,
        long outputTokens,
        long reasoningTokens,
        @Nullable Long costMicros,
        String usageSource,
        int httpStatus,
        Instant startedAt,
        Instant finishedAt) {}
