package pond.common.protocol;

import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One model call. Token counts are those of the provider's own answer, sorted into the same drawers for every provider.
 * What it cost is the server's to say, by the prices that were frozen with the stage's model.
 *
 * @param id made by the worker; a repeat is stored once
 * @param modelAsked as the request named it
 * @param model as the answer named it; as asked where it named none
 * @param requestId the provider's, null where there is none
 * @param inputTokens the uncached part
 * @param reasoningTokens part of {@code outputTokens}
 * @param streamed whether the answer came in events
 * @param httpStatus of the provider's answer, or what the agent was told in its place
 */
public record UsageRecord(
        UUID id,
        String provider,
        String modelAsked,
        String model,
        @Nullable String requestId,
        long inputTokens,
        long cacheReadTokens,
        long cacheWriteTokens,
        long outputTokens,
        long reasoningTokens,
        UsageSource usageSource,
        boolean streamed,
        Ending ending,
        int httpStatus,
        Instant startedAt,
        Instant finishedAt) {

    /** All tokens, those that a budget counts. */
    public long tokens() {
        return inputTokens + cacheReadTokens + cacheWriteTokens + outputTokens;
    }

    /** Where the counts come from. */
    public enum UsageSource {
        PROVIDER,
        /** From the length of what went to and fro, for a call that was cut before its counts came. */
        ESTIMATED,
        /** Nobody knows: the counts are 0. */
        NONE;

        @JsonValue
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** How the call ended. */
    public enum Ending {
        COMPLETE,
        /** In the middle of its answer. */
        CUT,
        /** With an error, of the provider or on the way to it. */
        ERROR;

        @JsonValue
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
