package pond.worker.broker.meter;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;

/**
 * OpenAI Chat Completions, and the many that speak like it. Input includes the cache; a stream tells usage in a chunk
 * without choices, if the request asked for it; some servers tell it in every chunk, grown.
 */
final class ChatFormat implements Format {
    @Override
    public Set<String> paths() {
        return Set.of("usage", "model", "id", "error", "choices");
    }

    @Override
    public Set<String> textKeys() {
        return Set.of("content", "reasoning_content", "reasoning", "refusal", "arguments");
    }

    @Override
    public void read(JsonScan scan, boolean streamed, Tally tally) {
        tally.model(scan.text("model"));
        tally.answerId(scan.text("id"));
        tally.error(scan.node("error"));
        scan.node("usage").filter(JsonNode::isObject).ifPresent(usage -> tally.set(tokens(usage)));
        if (!streamed && scan.complete()) {
            tally.last();
        }
    }

    @Override
    public boolean needsLastEvent() {
        return false;
    }

    /** Whether an event is only there because usage was asked for. */
    static boolean isUsageOnly(JsonScan scan) {
        return scan.node("usage").filter(JsonNode::isObject).isPresent()
                && scan.node("choices")
                        .filter(choices -> choices.isArray() && choices.isEmpty())
                        .isPresent();
    }

    private static Tokens tokens(JsonNode usage) {
        JsonNode prompt = usage.path("prompt_tokens_details");
        return Tokens.ofWholePrompt(
                Tokens.count(usage, "prompt_tokens", 0),
                Tokens.count(prompt, "cached_tokens", 0),
                Tokens.count(prompt, "cache_write_tokens", 0),
                Tokens.count(usage, "completion_tokens", 0),
                Tokens.count(usage.path("completion_tokens_details"), "reasoning_tokens", 0));
    }
}
