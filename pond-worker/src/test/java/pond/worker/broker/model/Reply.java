package pond.worker.broker.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import pond.worker.broker.meter.Tokens;

/**
 * What a model says in one call, before it is put into a wire format.
 *
 * @param number makes ids differ
 * @param repeatUsage whether a stream tells its usage more often than it must
 * @param tellUsage whether it tells it at all
 */
public record Reply(
        int number,
        String model,
        String text,
        Optional<ToolCall> tool,
        Tokens tokens,
        boolean repeatUsage,
        boolean tellUsage) {
    /** What an agent ends with. */
    public static final String RESULT = "All done.\n\n```result\n{\"ok\": true, \"note\": \"grüße 🦆\"}\n```\n";

    private static final int PIECE = 9;

    /**
     * A call of a tool.
     *
     * @param arguments the JSON of an object
     */
    public record ToolCall(String name, String arguments) {}

    /** A plain answer with these counts. */
    public static Reply of(String model, String text, Tokens tokens) {
        return new Reply(1, model, text, Optional.empty(), tokens, false, true);
    }

    public Reply repeating() {
        return new Reply(number, model, text, tool, tokens, true, tellUsage);
    }

    public Reply silent() {
        return new Reply(number, model, text, tool, tokens, repeatUsage, false);
    }

    /** An id as providers make them: a prefix and letters and digits. */
    String id(String prefix) {
        return prefix + String.format("%024x", 0x5EED_0000L + number);
    }

    /** The text as it streams; no piece ends inside a pair of surrogates. */
    List<String> pieces() {
        return pieces(text);
    }

    static List<String> pieces(String whole) {
        List<String> pieces = new ArrayList<>();
        int from = 0;
        while (from < whole.length()) {
            int end = Math.min(whole.length(), from + PIECE);
            end += end < whole.length() && Character.isLowSurrogate(whole.charAt(end)) ? 1 : 0;
            pieces.add(whole.substring(from, end));
            from = end;
        }
        return pieces;
    }

    long prompt() {
        return tokens.input() + tokens.cacheRead() + tokens.cacheWrite();
    }

    /** A JSON object with its fields in this order; a null value stays. */
    static Map<String, Object> object(@Nullable Object... keysAndValues) {
        Map<String, Object> object = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            object.put(String.valueOf(keysAndValues[i]), keysAndValues[i + 1]);
        }
        return object;
    }
}
