package pond.worker.broker.meter;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;

/**
 * Gemini. The prompt includes the cache but not what tools added to it, and thoughts stand beside the candidates, not
 * inside. Every chunk of a stream tells the figures so far; no event says which one is the last.
 */
final class GeminiFormat implements Format {
    @Override
    public Set<String> paths() {
        return Set.of("usageMetadata", "modelVersion", "responseId", "error");
    }

    @Override
    public Set<String> textKeys() {
        return Set.of("text");
    }

    @Override
    public void read(JsonScan scan, boolean streamed, Tally tally) {
        tally.model(scan.text("modelVersion"));
        tally.answerId(scan.text("responseId"));
        tally.error(scan.node("error"));
        scan.node("usageMetadata").filter(JsonNode::isObject).ifPresent(usage -> tally.set(tokens(usage)));
        if (!streamed && scan.complete()) {
            tally.last();
        }
    }

    @Override
    public boolean needsLastEvent() {
        return false;
    }

    private static Tokens tokens(JsonNode usage) {
        long thoughts = Tokens.count(usage, "thoughtsTokenCount", 0);
        return Tokens.ofWholePrompt(
                Tokens.count(usage, "promptTokenCount", 0) + Tokens.count(usage, "toolUsePromptTokenCount", 0),
                Tokens.count(usage, "cachedContentTokenCount", 0),
                0,
                Tokens.count(usage, "candidatesTokenCount", 0) + thoughts,
                thoughts);
    }
}
