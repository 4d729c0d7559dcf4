package pond.worker.broker.model;

import static pond.worker.broker.model.Reply.object;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pond.common.json.Json;
import pond.worker.broker.meter.Format;

/** OpenAI Chat Completions. */
final class ChatDialect implements Dialect {
    @Override
    public Format format() {
        return Format.CHAT;
    }

    @Override
    public String target(String model, boolean stream) {
        return "/v1/chat/completions";
    }

    @Override
    public boolean speaks(String path) {
        return path.endsWith("/chat/completions");
    }

    @Override
    public boolean streams(String target, JsonNode request) {
        return request.path("stream").asBoolean();
    }

    @Override
    public String model(String target, JsonNode request) {
        return request.path("model").asText();
    }

    @Override
    public String request(String model, boolean stream) {
        return "{\"model\":\"" + model + "\",\"stream\":" + stream
                + ",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}";
    }

    @Override
    public List<String> tools(JsonNode request) {
        return request.path("tools")
                .valueStream()
                .map(tool -> tool.path("function").path("name").asText())
                .toList();
    }

    @Override
    public boolean hasToolResult(JsonNode request) {
        return request.path("messages")
                .valueStream()
                .anyMatch(message -> message.path("role").asText().equals("tool"));
    }

    @Override
    public boolean asksForUsage(JsonNode request) {
        return !request.path("stream").asBoolean()
                || request.path("stream_options").path("include_usage").asBoolean();
    }

    @Override
    public List<String> events(Reply reply) {
        List<String> events = new ArrayList<>();
        events.add(chunk(reply, object("role", "assistant", "content", ""), null));
        for (String piece : reply.pieces()) {
            events.add(chunk(reply, object("content", piece), null));
        }
        if (reply.tool().isPresent()) {
            Reply.ToolCall call = reply.tool().get();
            events.add(chunk(
                    reply,
                    tool(object(
                            "index",
                            0,
                            "id",
                            reply.id("call_"),
                            "type",
                            "function",
                            "function",
                            object("name", call.name(), "arguments", ""))),
                    null));
            for (String piece : Reply.pieces(call.arguments())) {
                events.add(chunk(reply, tool(object("index", 0, "function", object("arguments", piece))), null));
            }
        }
        events.add(chunk(reply, Map.of(), reply.tool().isPresent() ? "tool_calls" : "stop"));
        if (reply.tellUsage()) {
            for (int i = reply.repeatUsage() ? 0 : 1; i < 2; i++) {
                Map<String, Object> last = base(reply, "chat.completion.chunk", List.of());
                last.put("usage", usage(reply));
                events.add(Dialect.event(last));
            }
        }
        events.add("data: [DONE]\n\n");
        return events;
    }

    @Override
    public String whole(Reply reply) {
        Map<String, Object> message =
                object("role", "assistant", "content", reply.text().isEmpty() ? null : reply.text(), "refusal", null);
        reply.tool()
                .ifPresent(call -> message.put(
                        "tool_calls",
                        List.of(object(
                                "id",
                                reply.id("call_"),
                                "type",
                                "function",
                                "function",
                                object("name", call.name(), "arguments", call.arguments())))));
        Object choice = object(
                "index",
                0,
                "message",
                message,
                "logprobs",
                null,
                "finish_reason",
                reply.tool().isPresent() ? "tool_calls" : "stop");
        Map<String, Object> body = base(reply, "chat.completion", List.of(choice));
        if (reply.tellUsage()) {
            body.put("usage", usage(reply));
        }
        return Json.write(body);
    }

    @Override
    public String error(int status, String message) {
        return openAiError(status, message);
    }

    static String openAiError(int status, String message) {
        String type = switch (status) {
            case 401, 400, 404 -> "invalid_request_error";
            case 402 -> "insufficient_quota";
            case 403 -> "permission_error";
            case 429 -> "rate_limit_exceeded";
            default -> "server_error";
        };
        return Json.write(object("error", object("message", message, "type", type, "param", null, "code", null)));
    }

    @Override
    public String errorEvent(Reply reply) {
        return Dialect.event(object(
                "error", object("message", "The model failed.", "type", "server_error", "param", null, "code", null)));
    }

    private static String chunk(Reply reply, Map<String, Object> delta, @Nullable String finish) {
        Object choice = object("index", 0, "delta", delta, "logprobs", null, "finish_reason", finish);
        Map<String, Object> chunk = base(reply, "chat.completion.chunk", List.of(choice));
        if (reply.tellUsage()) {
            chunk.put("usage", null);
        }
        return Dialect.event(chunk);
    }

    private static Map<String, Object> tool(Object call) {
        return object("tool_calls", List.of(call));
    }

    private static Map<String, Object> base(Reply reply, String kind, List<Object> choices) {
        return object(
                "id",
                reply.id("chatcmpl-"),
                "object",
                kind,
                "created",
                1_760_000_000,
                "model",
                reply.model(),
                "service_tier",
                "default",
                "system_fingerprint",
                "fp_0123456789",
                "choices",
                choices);
    }

    private static Object usage(Reply reply) {
        return object(
                "prompt_tokens",
                reply.prompt(),
                "completion_tokens",
                reply.tokens().output(),
                "total_tokens",
                reply.prompt() + reply.tokens().output(),
                "prompt_tokens_details",
                object(
                        "cached_tokens",
                        reply.tokens().cacheRead(),
                        "cache_write_tokens",
                        reply.tokens().cacheWrite()),
                "completion_tokens_details",
                object("reasoning_tokens", reply.tokens().reasoning()));
    }
}
