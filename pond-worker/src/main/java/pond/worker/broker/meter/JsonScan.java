package pond.worker.broker.meter;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import pond.common.json.Json;

/**
 * Picks a few small values out of JSON text of any size while it passes, cut anywhere. A value is named by the keys that
 * lead to it ({@code response.usage}), at most {@value #MAX_LEVELS} of them; an array at the root counts as nothing, so the
 * values of its last element stay. Of a value given twice the last one counts. Text that is no JSON finds nothing or
 * nonsense, but does no harm. For one thread.
 */
public final class JsonScan {
    /** Longest value that is kept, in bytes. */
    public static final int MAX_VALUE = 16 * 1024;

    private static final int MAX_LEVELS = 3;
    private static final int MAX_KEY = 128;
    private static final int KNOWN_DEPTH = 63;

    private final Set<String> paths;
    private final Set<String> textKeys;
    private final boolean anyCase;
    private final Map<String, Found> found = new HashMap<>();
    private final String[] pathAt = new String[MAX_LEVELS + 1];
    private final ByteArrayOutputStream key = new ByteArrayOutputStream(MAX_KEY);
    private final ByteArrayOutputStream value = new ByteArrayOutputStream();

    private long offset;
    private int depth;
    /** Bit n is set when the container at depth n is an object. */
    private long objects;

    private boolean inString;
    private boolean escaped;
    private boolean inKey;
    private boolean keyExpected;
    private boolean inScalar;
    private boolean inText;
    private boolean rootEnded;
    private boolean broken;
    private String lastKey = "";
    private @Nullable String capturing;
    private int captureDepth;
    private long captureStart;
    private boolean tooLong;
    private long textBytes;

    /**
     * A value as it stood in the text.
     *
     * @param json its bytes; empty when it was longer than {@link #MAX_VALUE}
     * @param start offset of its first byte, {@code end} that after its last one
     * @param times how often the path was seen
     */
    public record Found(String json, long start, long end, int times) {}

    /**
     * @param paths the values to keep; none may lie inside another
     * @param textKeys keys whose strings, at any depth, are what a model wrote: their bytes are counted
     * @param anyCase whether keys are compared in lower case, as some servers do
     */
    public JsonScan(Set<String> paths, Set<String> textKeys, boolean anyCase) {
        this.paths = Set.copyOf(paths);
        this.textKeys = Set.copyOf(textKeys);
        this.anyCase = anyCase;
    }

    public void feed(byte[] bytes, int from, int length) {
        for (int i = from; i < from + length; i++) {
            if (inString) {
                inString(bytes[i]);
            } else {
                outside(bytes[i]);
            }
            offset++;
        }
    }

    /** Forgets everything but the bytes of text counted so far. */
    void reset() {
        found.clear();
        offset = 0;
        depth = 0;
        inString = false;
        escaped = false;
        keyExpected = false;
        inScalar = false;
        rootEnded = false;
        broken = false;
        lastKey = "";
        capturing = null;
    }

    public Optional<Found> found(String path) {
        return Optional.ofNullable(found.get(path));
    }

    /** The value as a tree; empty when it is absent, null, too long or no JSON. */
    public Optional<JsonNode> node(String path) {
        Found at = found.get(path);
        if (at == null || at.json().isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Json.lenient().readTree(at.json()))
                    .filter(node -> !node.isNull() && !node.isMissingNode());
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    /** The value if it is a string. */
    public Optional<String> text(String path) {
        return node(path).filter(JsonNode::isTextual).map(JsonNode::asText);
    }

    /** Whether one whole value in brackets has passed. */
    public boolean complete() {
        return rootEnded && !broken;
    }

    /** Bytes of the strings under the text keys, over all resets. */
    long textBytes() {
        return textBytes;
    }

    private void inString(byte c) {
        if (inKey) {
            if (key.size() < MAX_KEY && (c != '"' || escaped)) {
                key.write(c);
            }
        } else if (inText) {
            textBytes++;
        }
        keep(c);
        if (escaped) {
            escaped = false;
        } else if (c == '\\') {
            escaped = true;
        } else if (c == '"') {
            inString = false;
            if (inKey) {
                endKey();
            } else {
                textBytes -= inText ? 1 : 0;
                endValue(offset + 1);
            }
        }
    }

    private void outside(byte c) {
        boolean blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
        if (inScalar && (blank || c == ',' || c == ']' || c == '}')) {
            inScalar = false;
            endValue(offset);
        }
        switch (c) {
            case ' ', '\t', '\n', '\r' -> keep(c);
            case '{', '[' -> open(c);
            case '}', ']' -> close(c);
            case ',' -> {
                keep(c);
                keyExpected = isObject(depth);
            }
            case ':' -> {
                keep(c);
                keyExpected = false;
            }
            case '"' -> quote(c);
            default -> {
                if (!inScalar) {
                    beginValue();
                    inScalar = true;
                }
                keep(c);
            }
        }
    }

    private void open(byte c) {
        beginValue();
        keep(c);
        depth++;
        if (depth <= KNOWN_DEPTH) {
            long bit = 1L << depth;
            objects = c == '{' ? objects | bit : objects & ~bit;
        }
        keyExpected = c == '{';
    }

    private void close(byte c) {
        if (depth == 0) {
            broken = true;
            return;
        }
        depth--;
        keep(c);
        endValue(offset + 1);
        keyExpected = false;
    }

    private void quote(byte c) {
        inKey = keyExpected;
        if (inKey) {
            key.reset();
        } else {
            beginValue();
            inText = textKeys.contains(lastKey);
        }
        inString = true;
        keep(c);
    }

    private void endKey() {
        lastKey = decoded(key.toString(StandardCharsets.UTF_8));
        int level = depth - rootLevel();
        if (level >= 1 && level <= MAX_LEVELS) {
            pathAt[level] = level == 1 ? lastKey : pathAt[level - 1] + "." + lastKey;
        }
    }

    private String decoded(String raw) {
        String plain = raw;
        if (raw.indexOf('\\') >= 0) {
            try {
                plain = Json.lenient().readValue('"' + raw + '"', String.class);
            } catch (JsonProcessingException e) {
                // Cut or wrong: such a key is none that is looked for.
                broken = true;
            }
        }
        return anyCase ? plain.toLowerCase(Locale.ROOT) : plain;
    }

    private void beginValue() {
        if (capturing != null) {
            return;
        }
        int level = depth - rootLevel();
        if (level < 1 || level > MAX_LEVELS || !objectsDownTo(depth)) {
            return;
        }
        if (paths.contains(pathAt[level])) {
            capturing = pathAt[level];
            captureDepth = depth;
            captureStart = offset;
            tooLong = false;
            value.reset();
        }
    }

    private void endValue(long end) {
        if (capturing != null && depth == captureDepth) {
            Found before = found.get(capturing);
            String json = tooLong ? "" : value.toString(StandardCharsets.UTF_8);
            found.put(capturing, new Found(json, captureStart, end, before == null ? 1 : before.times() + 1));
            capturing = null;
        }
        if (depth == 0) {
            rootEnded = true;
        }
    }

    private void keep(byte c) {
        if (capturing == null) {
            return;
        }
        if (value.size() < MAX_VALUE) {
            value.write(c);
        } else {
            tooLong = true;
        }
    }

    private int rootLevel() {
        return depth > 0 && !isObject(1) ? 1 : 0;
    }

    private boolean objectsDownTo(int bottom) {
        for (int level = 1 + rootLevel(); level <= bottom; level++) {
            if (!isObject(level)) {
                return false;
            }
        }
        return true;
    }

    private boolean isObject(int level) {
        return level >= 1 && level <= KNOWN_DEPTH && (objects & 1L << level) != 0;
    }
}
