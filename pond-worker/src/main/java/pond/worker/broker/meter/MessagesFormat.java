package pond.worker.broker.meter;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;

/**
 * Anthropic Messages. Input stands without the cache. A stream tells it first in {@code message_start}, then again, now
 * final, in {@code message_delta}; older servers leave out there what has not changed, so fields are replaced one by one.
 */
final class MessagesFormat implements Format {
    @Override
    public Set<String> paths() {
        return Set.of("type", "message.usage", "message.model", "message.id", "usage", "model", "id", "error");
    }

    @Override
    public Set<String> textKeys() {
        return Set.of("text", "thinking", "partial_json");
    }

    @Override
    public void read(JsonScan scan, boolean streamed, Tally tally) {
        tally.model(scan.text("message.model").or(() -> scan.text("model")));
        tally.answerId(scan.text("message.id").or(() -> scan.text("id")));
        tally.error(scan.node("error"));
        scan.node("message.usage").or(() -> scan.node("usage")).ifPresent(usage -> {
            tally.set(tokens(usage, tally.tokens().orElse(Tokens.NONE)));
            if (!streamed || scan.text("type").filter("message_delta"::equals).isPresent()) {
                tally.last();
            }
        });
    }

    @Override
    public boolean needsLastEvent() {
        return true;
    }

    private static Tokens tokens(JsonNode usage, Tokens before) {
        JsonNode written = usage.path("cache_creation");
        long split = written.isObject()
                ? Tokens.count(written, "ephemeral_5m_input_tokens", 0)
                        + Tokens.count(written, "ephemeral_1h_input_tokens", 0)
                : before.cacheWrite();
        return new Tokens(
                Tokens.count(usage, "input_tokens", before.input()),
                Tokens.count(usage, "cache_read_input_tokens", before.cacheRead()),
                Tokens.count(usage, "cache_creation_input_tokens", split),
                Tokens.count(usage, "output_tokens", before.output()),
                Tokens.count(usage.path("output_tokens_details"), "thinking_tokens", before.reasoning()));
    }
}
