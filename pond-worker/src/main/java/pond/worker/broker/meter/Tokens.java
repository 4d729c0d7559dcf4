package pond.worker.broker.meter;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * What one call used, sorted into drawers that do not overlap; reasoning alone is a part of another drawer.
 *
 * @param input the uncached part of the prompt
 * @param reasoning part of {@code output}
 */
public record Tokens(long input, long cacheRead, long cacheWrite, long output, long reasoning) {
    public static final Tokens NONE = new Tokens(0, 0, 0, 0, 0);

    /** No call comes near; a larger figure is a provider's mistake and would make sums overflow. */
    private static final long MAX = 1_000_000_000L;

    /** Figures out of range are moved to its nearer end: a wrong report must not stop the count of the others. */
    public Tokens {
        input = clamp(input);
        cacheRead = clamp(cacheRead);
        cacheWrite = clamp(cacheWrite);
        output = clamp(output);
        reasoning = Math.min(clamp(reasoning), output);
    }

    /** For formats whose prompt figure includes what was read from and written to the cache. */
    static Tokens ofWholePrompt(long prompt, long cacheRead, long cacheWrite, long output, long reasoning) {
        return new Tokens(prompt - clamp(cacheRead) - clamp(cacheWrite), cacheRead, cacheWrite, output, reasoning);
    }

    /** Everything, each token once. */
    public long total() {
        return input + cacheRead + cacheWrite + output;
    }

    /** The same with at least this much output. */
    public Tokens withOutputAtLeast(long atLeast) {
        return new Tokens(input, cacheRead, cacheWrite, Math.max(output, atLeast), reasoning);
    }

    /** A count of the provider's, or {@code otherwise} when there is none. */
    static long count(JsonNode from, String field, long otherwise) {
        JsonNode value = from.path(field);
        return value.isNumber() ? value.asLong() : otherwise;
    }

    private static long clamp(long count) {
        return Math.max(0, Math.min(MAX, count));
    }
}
