package pond.server.docs;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The reference of the API, as Markdown, from its OpenAPI document. */
final class ApiPage {
    private static final List<String> METHODS = List.of("get", "head", "post", "put", "delete");

    private final JsonNode document;
    private final StringBuilder out = new StringBuilder();

    private ApiPage(JsonNode document) {
        this.document = document;
    }

    static String markdown(JsonNode document) {
        return new ApiPage(document).page();
    }

    private String page() {
        line("# The API, call by call", "");
        line(text(document.at("/info/description")), "");
        line("The same for programs: [OpenAPI 3.1](/openapi.json).", "");
        for (JsonNode tag : document.path("tags")) {
            String name = text(tag.path("name"));
            line("## " + name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1), "");
            line(text(tag.path("description")), "");
            calls(name);
        }
        line("## Bodies", "");
        document.at("/components/schemas").properties().forEach(this::body);
        return out.toString();
    }

    private void calls(String tag) {
        for (Map.Entry<String, JsonNode> path : document.path("paths").properties()) {
            for (String method : METHODS) {
                JsonNode call = path.getValue().path(method);
                if (text(call.at("/tags/0")).equals(tag)) {
                    line("### " + method.toUpperCase(Locale.ROOT) + " " + path.getKey(), "");
                    call(call, path.getValue().path("parameters"));
                }
            }
        }
    }

    private void call(JsonNode call, JsonNode shared) {
        line(text(call.path("summary")) + ".", "");
        if (call.has("description")) {
            line(text(call.path("description")), "");
        }
        if (!shared.isEmpty() || call.has("parameters")) {
            line("| parameter | in | type | meaning |", "|---|---|---|---|");
            shared.forEach(this::parameter);
            call.path("parameters").forEach(this::parameter);
            line("");
        }
        JsonNode body = call.at("/requestBody/content");
        body.properties()
                .forEach(type ->
                        line("Body: " + type(type.getValue().path("schema")) + " (`" + type.getKey() + "`).", ""));
        JsonNode example = body.at("/application~1json/example");
        if (!example.isMissingNode()) {
            line("```json", example.toPrettyString(), "```", "");
        }
        call.path("responses").properties().forEach(answer -> answer(answer.getKey(), answer.getValue()));
        line("");
    }

    private void parameter(JsonNode given) {
        JsonNode parameter = resolved(given);
        row(
                "`" + text(parameter.path("name")) + "`",
                text(parameter.path("in")),
                type(parameter.path("schema")),
                text(parameter.path("description")));
    }

    private void answer(String status, JsonNode given) {
        if (status.equals("default")) {
            return;
        }
        JsonNode answer = resolved(given);
        StringBuilder bodies = new StringBuilder();
        answer.path("content").properties().forEach(type -> {
            String body = type(type.getValue().path("schema"));
            bodies.append(body.isEmpty() ? " (bytes)" : " " + body);
        });
        line("- **" + status + "**" + bodies + ": " + text(answer.path("description")));
    }

    private void body(Map.Entry<String, JsonNode> schema) {
        line("### " + schema.getKey(), "");
        if (schema.getValue().has("description")) {
            line(text(schema.getValue().path("description")), "");
        }
        if (schema.getValue().has("properties")) {
            line("| field | type | meaning |", "|---|---|---|");
            fields("", schema.getValue());
        } else {
            line(type(schema.getValue()));
        }
        line("");
    }

    /** A row for each field; fields of objects that have no name of their own come below them. */
    private void fields(String prefix, JsonNode object) {
        object.path("properties").properties().forEach(field -> {
            JsonNode schema = field.getValue();
            String name = prefix + field.getKey();
            boolean required = object.path("required")
                    .valueStream()
                    .anyMatch(one -> text(one).equals(field.getKey()));
            row("`" + name + "`", type(schema) + (required ? "" : ", optional"), text(schema.path("description")));
            fields(name + ".", schema);
            fields(name + "[].", schema.path("items"));
        });
    }

    private String type(JsonNode schema) {
        if (schema.has("$ref")) {
            String name = text(schema.path("$ref")).replaceFirst(".*/", "");
            return "[" + name + "](#" + name.toLowerCase(Locale.ROOT) + ")";
        }
        if (schema.has("const")) {
            return "`" + text(schema.path("const")) + "`";
        }
        if (schema.has("enum")) {
            return joined(schema.path("enum"), "`", ", ");
        }
        if (schema.has("oneOf")) {
            return String.join(
                    " or ", schema.path("oneOf").valueStream().map(this::type).toList());
        }
        if (schema.has("items")) {
            return "list of " + type(schema.path("items"));
        }
        if (schema.path("additionalProperties").isObject()) {
            return "map to " + type(schema.path("additionalProperties"));
        }
        String type =
                schema.path("type").isArray() ? joined(schema.path("type"), "", " or ") : text(schema.path("type"));
        return (schema.has("format") ? type + " (" + text(schema.path("format")) + ")" : type) + bounds(schema);
    }

    private static String bounds(JsonNode schema) {
        StringBuilder bounds = new StringBuilder();
        if (schema.has("minimum") && schema.has("maximum")) {
            bounds.append(", ")
                    .append(text(schema.path("minimum")))
                    .append(" to ")
                    .append(text(schema.path("maximum")));
        } else if (schema.has("minimum")) {
            bounds.append(" from ").append(text(schema.path("minimum")));
        }
        return schema.has("default") ? bounds + ", by default " + text(schema.path("default")) : bounds.toString();
    }

    private static String joined(JsonNode words, String around, String between) {
        return String.join(
                between,
                words.valueStream().map(word -> around + word.asText() + around).toList());
    }

    private JsonNode resolved(JsonNode given) {
        return given.has("$ref") ? document.at(text(given.path("$ref")).substring(1)) : given;
    }

    private static String text(JsonNode node) {
        return node.asText().strip();
    }

    private void row(String... cells) {
        out.append('|');
        for (String cell : cells) {
            out.append(' ').append(cell.replace('\n', ' ').replace("|", "\\|")).append(" |");
        }
        out.append('\n');
    }

    private void line(String... lines) {
        for (String line : lines) {
            out.append(line).append('\n');
        }
    }
}
