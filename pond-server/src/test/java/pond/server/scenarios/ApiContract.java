package pond.server.scenarios;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import pond.common.json.Json;
import pond.server.docs.ApiDocument;

/**
 * Holds answers against the server's OpenAPI document: the status must be there, the body must be as its schema says, and
 * have no field that the document does not know. Safe for use by several threads.
 */
final class ApiContract {
    private static final String BASE = "https://pond.invalid/openapi.json";
    private static final JsonNode DOCUMENT = closed(new ApiDocument().tree().deepCopy());
    private static final SchemaRegistry SCHEMAS = SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12, builder -> builder.schemas(Map.of(BASE, Json.write(DOCUMENT))));
    private static final Map<String, Schema> KNOWN = new ConcurrentHashMap<>();
    private static final List<Template> TEMPLATES = DOCUMENT.path("paths")
            .propertyStream()
            .map(path -> Template.of(path.getKey()))
            // The longest, and of those the one with the fewest variables, says most exactly what is meant.
            .sorted(Comparator.comparingInt(Template::parts).reversed().thenComparingInt(Template::variables))
            .toList();

    private ApiContract() {}

    private record Template(String path, Pattern pattern, int parts, int variables) {
        /** A last variable may have slashes in it. */
        static Template of(String path) {
            String rest = path.replaceFirst("\\{[a-z0-9]+}$", "(?<rest>.+)");
            String regex = rest.replaceAll("\\{[a-z0-9]+}", "[^/]+");
            return new Template(path, Pattern.compile(regex), count(path, '/'), count(path, '{'));
        }
    }

    /** Fails when the document says something else about this answer. Calls that no client makes are passed over. */
    static void check(String method, String path, Client.Answer answer) {
        Optional<Template> template = TEMPLATES.stream()
                .filter(one -> one.pattern().matcher(path).matches())
                .findFirst();
        if (template.isEmpty()) {
            require(
                    answer.status() >= 400 || !path.startsWith("/v1/"),
                    method + " " + path + " is not in the document");
            return;
        }
        String pointer = "/paths/" + escaped(template.get().path()) + "/" + method.toLowerCase(Locale.ROOT);
        JsonNode call = DOCUMENT.at(pointer);
        if (call.isMissingNode()) {
            require(answer.status() >= 400, method + " " + path + " is not in the document");
            return;
        }
        String status = call.path("responses").has(Integer.toString(answer.status()))
                ? Integer.toString(answer.status())
                : "default";
        require(
                answer.status() >= 400 || !status.equals("default"),
                method + " " + path + " answers " + answer.status() + ", which is not in the document");
        body(method + " " + path + " " + answer.status(), pointer + "/responses/" + status, answer);
    }

    private static void body(String what, String given, Client.Answer answer) {
        JsonNode reference = DOCUMENT.at(given + "/$ref");
        String pointer = reference.isMissingNode() ? given : reference.asText().substring(1);
        JsonNode response = DOCUMENT.at(pointer);
        String type = answer.headers().firstValue("Content-Type").orElse("").replaceFirst(";.*", "");
        if (answer.body().isEmpty() || !type.endsWith("json")) {
            return;
        }
        if (response.path("content").has("application/octet-stream")) {
            return;
        }
        require(response.path("content").has(type), what + " answers " + type + ", which is not in the document");
        List<Error> errors =
                schema(pointer + "/content/" + escaped(type) + "/schema").validate(answer.json());
        require(errors.isEmpty(), what + " is not as the document says: " + errors + " in " + answer.body());
    }

    private static Schema schema(String pointer) {
        return KNOWN.computeIfAbsent(pointer, key -> SCHEMAS.getSchema(SchemaLocation.of(BASE + "#" + key)));
    }

    /** A name as a part of a JSON pointer. */
    private static String escaped(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }

    private static int count(String text, char wanted) {
        return (int) text.chars().filter(one -> one == wanted).count();
    }

    /** The same document, in which an object has no fields but those that it names. */
    private static JsonNode closed(JsonNode node) {
        if (node instanceof ObjectNode object
                && object.path("type").asText().equals("object")
                && object.has("properties")
                && !object.has("additionalProperties")) {
            object.put("additionalProperties", false);
        }
        node.forEach(ApiContract::closed);
        return node;
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new AssertionError(message);
        }
    }
}
