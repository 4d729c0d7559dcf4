package pond.common.swarm;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import pond.common.problems.Fields;
import pond.common.problems.ProblemCode;
import pond.common.problems.Problems;

/**
 * Where an agent's last answer is in what it printed on standard output. As JSON: {@code "text"}, or {@code {"json":
 * "path"}}, or {@code {"json": {"match": {"path": "value"}, "field": "path"}}}, or the same under {@code jsonl}. A path is
 * names with dots between.
 *
 * @param match what a record must say, path to text (a number or true and false as they are written); empty: any record
 * @param field where the answer is in the last record that matches; empty for {@link Format#TEXT}
 */
public record OutputRule(Format format, Map<String, String> match, String field) {
    /** All of standard output. */
    public static final OutputRule TEXT = new OutputRule(Format.TEXT, Map.of(), "");

    /** What standard output is. */
    public enum Format {
        /** The answer itself. */
        TEXT,
        /** One document: the record, or a list of records. */
        JSON,
        /** A record a line; a line that is none is passed over. */
        JSONL
    }

    public OutputRule {
        match = Collections.unmodifiableMap(new LinkedHashMap<>(match));
    }

    /** Whether a record is one that the rule means. */
    public boolean matches(JsonNode document) {
        return match.entrySet().stream()
                .allMatch(wanted -> at(document, wanted.getKey())
                        .filter(JsonNode::isValueNode)
                        .map(JsonNode::asText)
                        .equals(Optional.of(wanted.getValue())));
    }

    /** The answer in a record that matches; empty when the record has no text there. */
    public Optional<String> answer(JsonNode document) {
        return at(document, field).filter(JsonNode::isTextual).map(JsonNode::textValue);
    }

    private static Optional<JsonNode> at(JsonNode document, String path) {
        JsonNode node = document;
        for (String name : path.split("\\.", -1)) {
            node = node.path(name);
        }
        return node.isMissingNode() ? Optional.empty() : Optional.of(node);
    }

    @JsonValue
    JsonNode json() {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        if (format == Format.TEXT) {
            return nodes.textNode("text");
        }
        ObjectNode rule = nodes.objectNode();
        String name = format == Format.JSON ? "json" : "jsonl";
        if (match.isEmpty()) {
            return rule.put(name, field);
        }
        ObjectNode record = rule.putObject(name);
        match.forEach((path, value) -> record.withObject("/match").put(path, value));
        record.put("field", field);
        return rule;
    }

    /** Reads what {@link #json} wrote; what operators send is read by {@link OutputRules}. */
    @JsonCreator
    static OutputRule of(JsonNode json) {
        Problems problems = new Problems();
        ObjectNode body = JsonNodeFactory.instance.objectNode().set("output", json);
        return Fields.of(body, "", problems.about(ProblemCode.REQUEST_INVALID))
                .flatMap(OutputRules::read)
                .orElseThrow(() -> new IllegalArgumentException("not an output rule"));
    }
}
