package pond.common.swarm;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import pond.common.problems.Fields;
import pond.common.swarm.OutputRule.Format;

/** Reads the {@code output} of a harness. */
final class OutputRules {
    private static final int MAX_MATCH = 8;
    private static final int MAX_VALUE = 256;
    private static final Pattern PATH = Pattern.compile("[A-Za-z0-9_$-]{1,64}(\\.[A-Za-z0-9_$-]{1,64}){0,7}");

    private OutputRules() {}

    /** The rule in the field {@code output}; text when there is none. */
    static Optional<OutputRule> read(Fields harness) {
        Optional<JsonNode> given = harness.value("output");
        if (given.isEmpty()) {
            return Optional.of(OutputRule.TEXT);
        }
        if (given.get().isTextual()) {
            if (!given.get().textValue().equals("text")) {
                harness.report("output", "must be \"text\", or an object with json or jsonl");
                return Optional.empty();
            }
            return Optional.of(OutputRule.TEXT);
        }
        return harness.object("output").flatMap(OutputRules::document);
    }

    private static Optional<OutputRule> document(Fields output) {
        boolean json = output.value("json").isPresent();
        boolean jsonl = output.value("jsonl").isPresent();
        output.end();
        if (json == jsonl) {
            output.reporter().report(output.path("json"), "give one of json and jsonl: where the last answer is");
            return Optional.empty();
        }
        String name = json ? "json" : "jsonl";
        Format format = json ? Format.JSON : Format.JSONL;
        if (output.value(name).filter(JsonNode::isTextual).isPresent()) {
            return path(output, name).map(field -> new OutputRule(format, Map.of(), field));
        }
        return output.object(name).flatMap(record -> {
            Map<String, String> match = match(record);
            Optional<String> field = path(record, "field");
            record.end();
            return field.map(path -> new OutputRule(format, match, path));
        });
    }

    private static Map<String, String> match(Fields record) {
        Map<String, String> match = new LinkedHashMap<>();
        record.value("match").ifPresent(given -> {
            if (!given.isObject() || given.size() > MAX_MATCH) {
                record.report("match", "must be an object of at most " + MAX_MATCH + " paths and the value of each");
                return;
            }
            given.properties().forEach(entry -> {
                JsonNode value = entry.getValue();
                if (!PATH.matcher(entry.getKey()).matches()) {
                    record.report(
                            "match", "has '" + Fields.shorten(entry.getKey()) + "', which is not names with dots");
                } else if (!value.isValueNode()
                        || value.isNull()
                        || value.asText().length() > MAX_VALUE) {
                    record.report("match", "has a value of " + entry.getKey() + " that is no short text or number");
                } else {
                    match.put(entry.getKey(), value.asText());
                }
            });
        });
        return match;
    }

    private static Optional<String> path(Fields fields, String name) {
        return fields.requiredString(name).filter(text -> {
            boolean fine = PATH.matcher(text).matches();
            if (!fine) {
                fields.report(name, "must be names with dots between, such as item.text");
            }
            return fine;
        });
    }
}
