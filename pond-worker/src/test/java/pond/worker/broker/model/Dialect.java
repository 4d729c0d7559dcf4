package pond.worker.broker.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import pond.common.json.Json;
import pond.worker.broker.meter.Format;

/** One wire format as a provider speaks it. */
public interface Dialect {
    /** What the broker's meter calls this format. */
    Format format();

    /** The path of a request, streamed or not. */
    String target(String model, boolean stream);

    boolean speaks(String path);

    /** Whether the request wants a stream. */
    boolean streams(String target, JsonNode request);

    String model(String target, JsonNode request);

    /** A small request, with the flag for a stream where it goes into the body. */
    String request(String model, boolean stream);

    /** Names of the tools on offer. */
    List<String> tools(JsonNode request);

    boolean hasToolResult(JsonNode request);

    /** Whether this request asked to be told its usage; most formats always tell. */
    default boolean asksForUsage(JsonNode request) {
        return true;
    }

    /** The events of a stream, each with its blank line. */
    List<String> events(Reply reply);

    /** The body of an answer that is not streamed. */
    String whole(Reply reply);

    /** An error answer's body. */
    String error(int status, String message);

    /** An error as it comes in the middle of a stream. */
    String errorEvent(Reply reply);

    /** Where the key goes: name and value of a header. */
    default String keyHeader(String key) {
        return "Authorization: Bearer " + key;
    }

    static String event(Object data) {
        return "data: " + Json.write(data) + "\n\n";
    }

    static String event(String name, Object data) {
        return "event: " + name + "\ndata: " + Json.write(data) + "\n\n";
    }
}
