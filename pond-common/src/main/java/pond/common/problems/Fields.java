package pond.common.problems;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import pond.common.problems.Problems.Reporter;

/**
 * Reads the fields of one JSON object by name and type. What is wrong is reported with the field's path, and reading
 * goes on with the field as if it were absent; null counts as absent. {@link #end} reports the fields that nobody asked
 * for, so call it last.
 */
public final class Fields {
    private final JsonNode node;
    private final String path;
    private final Reporter reporter;
    private final Set<String> known = new HashSet<>();

    private Fields(JsonNode node, String path, Reporter reporter) {
        this.node = node;
        this.path = path;
        this.reporter = reporter;
    }

    /** The fields of an object, or empty (and a problem) when the value is something else. */
    public static Optional<Fields> of(JsonNode node, String path, Reporter reporter) {
        if (!node.isObject()) {
            String name = path.isEmpty() ? "the body" : "field '" + path.substring(path.lastIndexOf('.') + 1) + "'";
            reporter.report(path.isEmpty() ? "body" : path, name + " must be an object, not " + describe(node));
            return Optional.empty();
        }
        return Optional.of(new Fields(node, path, reporter));
    }

    /** The same object, with problems reported elsewhere (another code, or a stage known by now). */
    public Fields reportingTo(Reporter other) {
        Fields same = new Fields(node, path, other);
        same.known.addAll(known);
        return same;
    }

    public Reporter reporter() {
        return reporter;
    }

    /** The path of a field of this object, as problems name it. */
    public String path(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    public void report(String name, String message) {
        reporter.report(path(name), "field '" + name + "' " + message);
    }

    /** The value as it stands, whatever its type. */
    public Optional<JsonNode> value(String name) {
        known.add(name);
        JsonNode value = node.get(name);
        return value == null || value.isNull() ? Optional.empty() : Optional.of(value);
    }

    public Optional<String> string(String name) {
        return value(name)
                .filter(value -> hasType(name, value, value.isTextual(), "a string"))
                .map(JsonNode::textValue);
    }

    /** A string that must be there and not be blank. */
    public Optional<String> requiredString(String name) {
        if (value(name).isEmpty()) {
            report(name, "is required");
            return Optional.empty();
        }
        return string(name).filter(text -> {
            if (text.isBlank()) {
                report(name, "must not be empty");
            }
            return !text.isBlank();
        });
    }

    public Optional<Boolean> bool(String name) {
        return value(name)
                .filter(value -> hasType(name, value, value.isBoolean(), "true or false"))
                .map(JsonNode::booleanValue);
    }

    /** A whole number within bounds, both included. */
    public Optional<Integer> integer(String name, int min, int max) {
        String wanted = "a whole number from " + min + " to " + max;
        return value(name)
                .filter(value -> hasType(name, value, value.isIntegralNumber() && value.canConvertToInt(), wanted))
                .map(JsonNode::intValue)
                .filter(number -> inBounds(name, number >= min && number <= max, wanted));
    }

    /** The same, for numbers that an {@code int} may not hold. */
    public Optional<Long> longInteger(String name, long min, long max) {
        String wanted = "a whole number from " + min + " to " + max;
        return value(name)
                .filter(value -> hasType(name, value, value.isIntegralNumber() && value.canConvertToLong(), wanted))
                .map(JsonNode::longValue)
                .filter(number -> inBounds(name, number >= min && number <= max, wanted));
    }

    /** An amount of US dollars, as a number or as text, in millionths of a dollar. */
    public Optional<Long> microDollars(String name) {
        Optional<JsonNode> given = value(name);
        Optional<Long> micros = given.flatMap(Amounts::microDollars);
        if (given.isPresent() && micros.isEmpty()) {
            report(name, "must be a decimal from 0 to 1000000 with at most 6 digits after the point");
        }
        return micros;
    }

    /** A number within bounds, both included; it may have a fraction. */
    public Optional<BigDecimal> decimal(String name, int min, int max) {
        String wanted = "a number from " + min + " to " + max;
        return value(name)
                .filter(value -> hasType(name, value, value.isNumber(), wanted))
                .map(JsonNode::decimalValue)
                .filter(number -> inBounds(
                        name,
                        number.compareTo(BigDecimal.valueOf(min)) >= 0
                                && number.compareTo(BigDecimal.valueOf(max)) <= 0,
                        wanted));
    }

    /** One of a closed list of words, compared with what each constant's {@code toString} says. */
    public <E extends Enum<E>> Optional<E> oneOf(String name, Class<E> type) {
        return string(name).flatMap(text -> constant(path(name), text, type));
    }

    /** A list of strings, at most {@code max} of them. */
    public List<String> strings(String name, int max) {
        return items(name, max, (item, where) -> {
            if (!item.isTextual()) {
                reportAt(where, "must be a string, not " + describe(item));
                return Optional.<String>empty();
            }
            return Optional.of(item.textValue());
        });
    }

    /** A list of words of a closed list. */
    public <E extends Enum<E>> List<E> listOf(String name, Class<E> type) {
        return items(
                name,
                type.getEnumConstants().length,
                (item, where) -> constant(where, item.isTextual() ? item.textValue() : item.toString(), type));
    }

    /** A list, each item read by {@code reader} from its value and its path; items that it cannot read are left out. */
    public <T> List<T> items(String name, int max, BiFunction<JsonNode, String, Optional<T>> reader) {
        Optional<JsonNode> list = value(name).filter(value -> hasType(name, value, value.isArray(), "a list"));
        if (list.isEmpty()) {
            return List.of();
        }
        if (list.get().size() > max) {
            report(name, "has " + list.get().size() + " items; at most " + max + " are allowed");
            return List.of();
        }
        List<T> items = new ArrayList<>();
        int index = 0;
        for (JsonNode item : list.get()) {
            reader.apply(item, path(name) + "[" + index++ + "]").ifPresent(items::add);
        }
        return List.copyOf(items);
    }

    /** An object whose values are all strings, at most {@code max} of them, in the order given. */
    public Map<String, String> stringMap(String name, int max) {
        Map<String, String> entries = new LinkedHashMap<>();
        value(name)
                .filter(value -> hasType(name, value, value.isObject(), "an object"))
                .ifPresent(object -> {
                    if (object.size() > max) {
                        report(name, "has " + object.size() + " entries; at most " + max + " are allowed");
                        return;
                    }
                    object.properties().forEach(entry -> {
                        if (entry.getValue().isTextual()) {
                            entries.put(entry.getKey(), entry.getValue().textValue());
                        } else {
                            reportAt(
                                    path(name) + "." + shorten(entry.getKey()),
                                    "must be a string, not " + describe(entry.getValue()));
                        }
                    });
                });
        return entries;
    }

    /** The fields of an object inside this one. */
    public Optional<Fields> object(String name) {
        return value(name).flatMap(value -> of(value, path(name), reporter));
    }

    /** Reports every field that was not asked for. */
    public void end() {
        node.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name)) {
                String shown = shorten(name);
                reporter.report(
                        path(shown), "unknown field '" + shown + "'; known here: " + String.join(", ", sorted()));
            }
        });
    }

    private List<String> sorted() {
        return known.stream().sorted().toList();
    }

    private <E extends Enum<E>> Optional<E> constant(String where, String text, Class<E> type) {
        List<String> words = new ArrayList<>();
        for (E constant : type.getEnumConstants()) {
            if (constant.toString().equals(text)) {
                return Optional.of(constant);
            }
            words.add(constant.toString());
        }
        reportAt(where, "must be one of " + String.join(", ", words) + ", not '" + shorten(text) + "'");
        return Optional.empty();
    }

    /** As {@link #report}, for what has a path of its own below this object. */
    private void reportAt(String where, String message) {
        String name = path.isEmpty() ? where : where.substring(path.length() + 1);
        reporter.report(where, "field '" + name + "' " + message);
    }

    private boolean hasType(String name, JsonNode value, boolean matches, String wanted) {
        if (!matches) {
            report(name, "must be " + wanted + ", not " + describe(value));
        }
        return matches;
    }

    private boolean inBounds(String name, boolean matches, String wanted) {
        if (!matches) {
            report(name, "must be " + wanted);
        }
        return matches;
    }

    private static String describe(JsonNode node) {
        return switch (node.getNodeType()) {
            case ARRAY -> "a list";
            case OBJECT -> "an object";
            case STRING -> "a string";
            case NUMBER -> shorten(node.asText());
            case BOOLEAN -> node.asText();
            case NULL, MISSING -> "null";
            case BINARY, POJO -> "something else";
        };
    }

    /** At most sixty characters of a caller's text, for a message. */
    public static String shorten(String text) {
        return text.length() <= 60 ? text : text.substring(0, 57) + "...";
    }
}
