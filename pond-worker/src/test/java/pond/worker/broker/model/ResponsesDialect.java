package pond.worker.broker.model;

import static pond.worker.broker.model.Reply.object;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pond.common.json.Json;
import pond.worker.broker.meter.Format;

/** OpenAI Responses. */
final class ResponsesDialect implements Dialect {
    @Override
    public Format format() {
        return Format.RESPONSES;
    }

    @Override
    public String target(String model, boolean stream) {
        return "/v1/responses";
    }

    @Override
    public boolean speaks(String path) {
        return path.endsWith("/responses");
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
        return "{\"model\":\"" + model + "\",\"input\":\"hello\",\"stream\":" + stream + "}";
    }

    @Override
    public List<String> tools(JsonNode request) {
        return request.path("tools").findValuesAsText("name");
    }

    @Override
    public boolean hasToolResult(JsonNode request) {
        return request.path("input")
                .valueStream()
                .anyMatch(item -> item.path("type").asText().endsWith("_call_output"));
    }

    @Override
    public List<String> events(Reply reply) {
        Numbered events = new Numbered();
        events.add("response.created", object("response", response(reply, "in_progress", List.of())));
        events.add("response.in_progress", object("response", response(reply, "in_progress", List.of())));
        List<Object> output = output(reply);
        int index = 0;
        if (!reply.text().isEmpty()) {
            message(reply, events, index++);
        }
        if (reply.tool().isPresent()) {
            call(reply, reply.tool().get(), events, index);
        }
        if (reply.repeatUsage()) {
            Map<String, Object> partial = response(reply, "in_progress", List.of());
            partial.put("usage", usage(reply, 1));
            events.add("response.in_progress", object("response", partial));
        }
        Map<String, Object> done = response(reply, "completed", output);
        done.put("usage", reply.tellUsage() ? usage(reply, reply.tokens().output()) : null);
        events.add("response.completed", object("response", done));
        return events.all;
    }

    @Override
    public String whole(Reply reply) {
        Map<String, Object> done = response(reply, "completed", output(reply));
        done.put("usage", reply.tellUsage() ? usage(reply, reply.tokens().output()) : null);
        return Json.write(done);
    }

    @Override
    public String error(int status, String message) {
        return ChatDialect.openAiError(status, message);
    }

    @Override
    public String errorEvent(Reply reply) {
        Map<String, Object> failed = response(reply, "failed", List.of());
        failed.put("error", object("code", "server_error", "message", "The model failed."));
        return Dialect.event(
                "response.failed", object("type", "response.failed", "sequence_number", 3, "response", failed));
    }

    private static final class Numbered {
        private final List<String> all = new ArrayList<>();

        void add(String type, Map<String, Object> fields) {
            Map<String, Object> data = object("type", type, "sequence_number", all.size());
            data.putAll(fields);
            all.add(Dialect.event(type, data));
        }
    }

    private static void message(Reply reply, Numbered events, int index) {
        String id = reply.id("msg_");
        events.add(
                "response.output_item.added",
                object(
                        "output_index",
                        index,
                        "item",
                        object(
                                "id",
                                id,
                                "type",
                                "message",
                                "status",
                                "in_progress",
                                "role",
                                "assistant",
                                "content",
                                List.of())));
        events.add(
                "response.content_part.added",
                object("item_id", id, "output_index", index, "content_index", 0, "part", part("")));
        for (String piece : reply.pieces()) {
            events.add(
                    "response.output_text.delta",
                    object(
                            "item_id",
                            id,
                            "output_index",
                            index,
                            "content_index",
                            0,
                            "delta",
                            piece,
                            "logprobs",
                            List.of()));
        }
        events.add(
                "response.output_text.done",
                object(
                        "item_id",
                        id,
                        "output_index",
                        index,
                        "content_index",
                        0,
                        "text",
                        reply.text(),
                        "logprobs",
                        List.of()));
        events.add(
                "response.content_part.done",
                object("item_id", id, "output_index", index, "content_index", 0, "part", part(reply.text())));
        events.add("response.output_item.done", object("output_index", index, "item", messageItem(reply)));
    }

    private static void call(Reply reply, Reply.ToolCall call, Numbered events, int index) {
        String id = reply.id("fc_");
        Map<String, Object> begun = callItem(reply, call);
        begun.put("arguments", "");
        begun.put("status", "in_progress");
        events.add("response.output_item.added", object("output_index", index, "item", begun));
        for (String piece : Reply.pieces(call.arguments())) {
            events.add(
                    "response.function_call_arguments.delta",
                    object("item_id", id, "output_index", index, "delta", piece));
        }
        events.add(
                "response.function_call_arguments.done",
                object("item_id", id, "output_index", index, "name", call.name(), "arguments", call.arguments()));
        events.add("response.output_item.done", object("output_index", index, "item", callItem(reply, call)));
    }

    private static List<Object> output(Reply reply) {
        List<Object> output = new ArrayList<>();
        if (!reply.text().isEmpty()) {
            output.add(messageItem(reply));
        }
        reply.tool().ifPresent(call -> output.add(callItem(reply, call)));
        return output;
    }

    private static Map<String, Object> messageItem(Reply reply) {
        return object(
                "id",
                reply.id("msg_"),
                "type",
                "message",
                "status",
                "completed",
                "role",
                "assistant",
                "content",
                List.of(part(reply.text())));
    }

    private static Map<String, Object> callItem(Reply reply, Reply.ToolCall call) {
        return object(
                "id",
                reply.id("fc_"),
                "type",
                "function_call",
                "status",
                "completed",
                "call_id",
                reply.id("call_"),
                "name",
                call.name(),
                "arguments",
                call.arguments());
    }

    private static Map<String, Object> part(String text) {
        return object("type", "output_text", "text", text, "annotations", List.of(), "logprobs", List.of());
    }

    private static Map<String, Object> response(Reply reply, String status, List<Object> output) {
        return object(
                "id",
                reply.id("resp_"),
                "object",
                "response",
                "created_at",
                1_760_000_000,
                "status",
                status,
                "error",
                null,
                "incomplete_details",
                null,
                "model",
                reply.model(),
                "output",
                output,
                "parallel_tool_calls",
                true,
                "store",
                false,
                "usage",
                null);
    }

    private static @Nullable Object usage(Reply reply, long output) {
        return object(
                "input_tokens",
                reply.prompt(),
                "input_tokens_details",
                object(
                        "cached_tokens",
                        reply.tokens().cacheRead(),
                        "cache_write_tokens",
                        reply.tokens().cacheWrite()),
                "output_tokens",
                output,
                "output_tokens_details",
                object("reasoning_tokens", Math.min(output, reply.tokens().reasoning())),
                "total_tokens",
                reply.prompt() + output);
    }
}
