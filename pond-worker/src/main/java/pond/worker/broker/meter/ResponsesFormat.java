package pond.worker.broker.meter;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.Set;

/** OpenAI Responses. Input includes the cache; a stream tells usage once, in the event that ends it, well or not. */
final class ResponsesFormat implements Format {
    private static final Set<String> LAST_EVENTS =
            Set.of("response.completed", "response.incomplete", "response.failed", "response.cancelled");

    @Override
    public Set<String> paths() {
        return Set.of(
                "type",
                "response.usage",
                "response.model",
                "response.id",
                "response.error",
                "usage",
                "model",
                "id",
                "code",
                "error");
    }

    @Override
    public Set<String> textKeys() {
        return Set.of("delta");
    }

    @Override
    public void read(JsonScan scan, boolean streamed, Tally tally) {
        String type = scan.text("type").orElse("");
        tally.model(scan.text("response.model").or(() -> scan.text("model")));
        tally.answerId(scan.text("response.id").or(() -> streamed ? Optional.empty() : scan.text("id")));
        tally.error(scan.node("response.error").or(() -> scan.node("error")));
        if (type.equals("error")) {
            tally.error(scan.node("code").or(() -> scan.node("type")));
        }
        scan.node("response.usage").or(() -> scan.node("usage")).ifPresent(usage -> {
            tally.set(tokens(usage));
            if (!streamed || LAST_EVENTS.contains(type)) {
                tally.last();
            }
        });
    }

    @Override
    public boolean needsLastEvent() {
        return true;
    }

    private static Tokens tokens(JsonNode usage) {
        JsonNode input = usage.path("input_tokens_details");
        return Tokens.ofWholePrompt(
                Tokens.count(usage, "input_tokens", 0),
                Tokens.count(input, "cached_tokens", 0),
                Tokens.count(input, "cache_write_tokens", 0),
                Tokens.count(usage, "output_tokens", 0),
                Tokens.count(usage.path("output_tokens_details"), "reasoning_tokens", 0));
    }
}
