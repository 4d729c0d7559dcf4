package pond.worker.broker.model;

import static pond.worker.broker.model.Dialect.event;
import static pond.worker.broker.model.Reply.object;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pond.common.json.Json;
import pond.worker.broker.meter.Format;

/** Anthropic Messages. */
final class MessagesDialect implements Dialect {
    @Override
    public Format format() {
        return Format.MESSAGES;
    }

    @Override
    public String target(String model, boolean stream) {
        return "/v1/messages?beta=true";
    }

    @Override
    public boolean speaks(String path) {
        return path.endsWith("/messages");
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
        return "{\"model\":\"" + model + "\",\"max_tokens\":100,\"stream\":" + stream
                + ",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}";
    }

    @Override
    public List<String> tools(JsonNode request) {
        return request.path("tools").findValuesAsText("name");
    }

    @Override
    public boolean hasToolResult(JsonNode request) {
        return request.path("messages").findValuesAsText("type").contains("tool_result");
    }

    @Override
    public String keyHeader(String key) {
        return "x-api-key: " + key;
    }

    @Override
    public List<String> events(Reply reply) {
        List<String> events = new ArrayList<>();
        Map<String, Object> message = message(reply, List.of(), null);
        if (reply.tellUsage()) {
            message.put("usage", usage(reply, 1));
        }
        events.add(event("message_start", object("type", "message_start", "message", message)));
        events.add(event("ping", object("type", "ping")));
        int index = 0;
        if (!reply.text().isEmpty()) {
            events.add(start(index, object("type", "text", "text", "")));
            for (String piece : reply.pieces()) {
                events.add(delta(index, object("type", "text_delta", "text", piece)));
                if (reply.repeatUsage()) {
                    events.add(messageDelta(reply, null));
                }
            }
            events.add(stop(index++));
        }
        if (reply.tool().isPresent()) {
            Reply.ToolCall call = reply.tool().get();
            events.add(start(
                    index,
                    object("type", "tool_use", "id", reply.id("toolu_"), "name", call.name(), "input", Map.of())));
            for (String piece : Reply.pieces(call.arguments())) {
                events.add(delta(index, object("type", "input_json_delta", "partial_json", piece)));
            }
            events.add(stop(index));
        }
        events.add(messageDelta(reply, reply.tool().isPresent() ? "tool_use" : "end_turn"));
        events.add(event("message_stop", object("type", "message_stop")));
        return events;
    }

    @Override
    public String whole(Reply reply) {
        List<Object> content = new ArrayList<>();
        if (!reply.text().isEmpty()) {
            content.add(object("type", "text", "text", reply.text()));
        }
        reply.tool()
                .ifPresent(call -> content.add(object(
                        "type",
                        "tool_use",
                        "id",
                        reply.id("toolu_"),
                        "name",
                        call.name(),
                        "input",
                        Json.readTree(call.arguments()))));
        Map<String, Object> message = message(reply, content, reply.tool().isPresent() ? "tool_use" : "end_turn");
        if (reply.tellUsage()) {
            message.put("usage", usage(reply, reply.tokens().output()));
        }
        return Json.write(message);
    }

    @Override
    public String error(int status, String message) {
        String type = switch (status) {
            case 400 -> "invalid_request_error";
            case 401 -> "authentication_error";
            case 402 -> "billing_error";
            case 403 -> "permission_error";
            case 404 -> "not_found_error";
            case 429 -> "rate_limit_error";
            case 529 -> "overloaded_error";
            default -> "api_error";
        };
        return Json.write(object("type", "error", "error", object("type", type, "message", message)));
    }

    @Override
    public String errorEvent(Reply reply) {
        return event(
                "error", object("type", "error", "error", object("type", "overloaded_error", "message", "Overloaded")));
    }

    private static Map<String, Object> message(Reply reply, List<Object> content, @Nullable String stop) {
        return object(
                "id",
                reply.id("msg_"),
                "type",
                "message",
                "role",
                "assistant",
                "model",
                reply.model(),
                "content",
                content,
                "stop_reason",
                stop,
                "stop_sequence",
                null);
    }

    private static Map<String, Object> usage(Reply reply, long output) {
        return object(
                "input_tokens",
                reply.tokens().input(),
                "cache_creation_input_tokens",
                reply.tokens().cacheWrite(),
                "cache_read_input_tokens",
                reply.tokens().cacheRead(),
                "cache_creation",
                object("ephemeral_5m_input_tokens", reply.tokens().cacheWrite(), "ephemeral_1h_input_tokens", 0),
                "output_tokens",
                output,
                "output_tokens_details",
                object("thinking_tokens", Math.min(output, reply.tokens().reasoning())),
                "service_tier",
                "standard");
    }

    private static String messageDelta(Reply reply, @Nullable String stop) {
        Map<String, Object> data =
                object("type", "message_delta", "delta", object("stop_reason", stop, "stop_sequence", null));
        if (reply.tellUsage()) {
            data.put("usage", usage(reply, stop == null ? 2 : reply.tokens().output()));
        }
        return event("message_delta", data);
    }

    private static String start(int index, Map<String, Object> block) {
        return event(
                "content_block_start", object("type", "content_block_start", "index", index, "content_block", block));
    }

    private static String delta(int index, Map<String, Object> delta) {
        return event("content_block_delta", object("type", "content_block_delta", "index", index, "delta", delta));
    }

    private static String stop(int index) {
        return event("content_block_stop", object("type", "content_block_stop", "index", index));
    }
}
