package pond.worker.broker.model;

import static pond.worker.broker.model.Reply.object;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pond.common.json.Json;
import pond.worker.broker.meter.Format;

/** Gemini; it has no drawer for what is written to a cache, so such tokens are plain input here. */
final class GeminiDialect implements Dialect {
    @Override
    public Format format() {
        return Format.GEMINI;
    }

    @Override
    public String target(String model, boolean stream) {
        return "/v1beta/models/" + model + (stream ? ":streamGenerateContent?alt=sse" : ":generateContent");
    }

    @Override
    public boolean speaks(String path) {
        return path.endsWith(":generateContent") || path.endsWith(":streamGenerateContent");
    }

    @Override
    public boolean streams(String target, JsonNode request) {
        return target.contains(":stream");
    }

    @Override
    public String model(String target, JsonNode request) {
        return target.replaceFirst(".*/models/", "").replaceFirst(":.*", "");
    }

    @Override
    public String request(String model, boolean stream) {
        return "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"hello\"}]}]}";
    }

    @Override
    public List<String> tools(JsonNode request) {
        return request.path("tools").findValues("functionDeclarations").stream()
                .flatMap(JsonNode::valueStream)
                .map(tool -> tool.path("name").asText())
                .toList();
    }

    @Override
    public boolean hasToolResult(JsonNode request) {
        return !request.path("contents").findValues("functionResponse").isEmpty();
    }

    @Override
    public String keyHeader(String key) {
        return "x-goog-api-key: " + key;
    }

    @Override
    public List<String> events(Reply reply) {
        List<String> events = new ArrayList<>();
        for (String piece : reply.pieces()) {
            Map<String, Object> chunk = chunk(reply, List.of(object("text", piece)), null);
            if (reply.tellUsage()) {
                chunk.put(
                        "usageMetadata", usage(reply, Math.min(1, reply.tokens().output())));
            }
            events.add(Dialect.event(chunk));
        }
        List<Object> last = reply.tool().map(GeminiDialect::call).orElse(List.of(object("text", "")));
        Map<String, Object> chunk = chunk(reply, last, "STOP");
        if (reply.tellUsage()) {
            chunk.put("usageMetadata", usage(reply, reply.tokens().output()));
        }
        events.add(Dialect.event(chunk));
        if (reply.repeatUsage()) {
            events.add(Dialect.event(chunk));
        }
        return events;
    }

    @Override
    public String whole(Reply reply) {
        List<Object> parts = new ArrayList<>();
        if (!reply.text().isEmpty()) {
            parts.add(object("text", reply.text()));
        }
        reply.tool().ifPresent(call -> parts.addAll(call(call)));
        Map<String, Object> chunk = chunk(reply, parts, "STOP");
        if (reply.tellUsage()) {
            chunk.put("usageMetadata", usage(reply, reply.tokens().output()));
        }
        return Json.write(chunk);
    }

    @Override
    public String error(int status, String message) {
        String kind = switch (status) {
            case 400 -> "INVALID_ARGUMENT";
            case 401 -> "UNAUTHENTICATED";
            case 403 -> "PERMISSION_DENIED";
            case 404 -> "NOT_FOUND";
            case 402, 429 -> "RESOURCE_EXHAUSTED";
            case 503 -> "UNAVAILABLE";
            default -> "INTERNAL";
        };
        return Json.write(object("error", object("code", status, "message", message, "status", kind)));
    }

    @Override
    public String errorEvent(Reply reply) {
        return "data: " + error(503, "The model is overloaded.") + "\n\n";
    }

    private static List<Object> call(Reply.ToolCall call) {
        return List.of(object("functionCall", object("name", call.name(), "args", Json.readTree(call.arguments()))));
    }

    private static Map<String, Object> chunk(Reply reply, List<Object> parts, @Nullable String finish) {
        Map<String, Object> candidate = object("content", object("parts", parts, "role", "model"), "index", 0);
        if (finish != null) {
            candidate.put("finishReason", finish);
        }
        return object("candidates", List.of(candidate), "modelVersion", reply.model(), "responseId", reply.id("r"));
    }

    private static Object usage(Reply reply, long output) {
        long thoughts = Math.min(output, reply.tokens().reasoning());
        return object(
                "promptTokenCount",
                reply.prompt(),
                "candidatesTokenCount",
                output - thoughts,
                "totalTokenCount",
                reply.prompt() + output,
                "cachedContentTokenCount",
                reply.tokens().cacheRead(),
                "thoughtsTokenCount",
                thoughts);
    }
}
