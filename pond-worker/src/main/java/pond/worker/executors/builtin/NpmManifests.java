package pond.worker.executors.builtin;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pond.common.json.Json;

/** The files of npm, which Yarn and pnpm share: {@code package.json}, and the lock file with exact versions. */
final class NpmManifests {
    private static final String MODULES = "node_modules/";
    private static final int MAX_LOCKED = 100_000;
    private static final Map<String, String> SCOPES = Map.of(
            "dependencies", "runtime",
            "devDependencies", "dev",
            "peerDependencies", "peer",
            "optionalDependencies", "optional");

    private NpmManifests() {}

    static List<Dependency> manifest(String text) throws IOException {
        List<Dependency> found = new ArrayList<>();
        object(text).properties().forEach(section -> {
            String scope = SCOPES.get(section.getKey());
            if (scope != null) {
                section.getValue()
                        .properties()
                        .forEach(entry -> found.add(new Dependency(entry.getKey(), text(entry.getValue()), scope)));
            }
        });
        return found;
    }

    /**
     * Scope "locked", or "locked-dev" for what only development needs. Read as a stream, because lock files are large.
     * Since npm 7 the packages are listed under "packages" by their folder, before that under "dependencies" by name; a
     * file that has both gives those of "packages".
     */
    static List<Dependency> lock(String text) throws IOException {
        List<Dependency> packages = new ArrayList<>();
        List<Dependency> dependencies = new ArrayList<>();
        try (JsonParser json = Json.lenient().createParser(text)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("not a JSON object");
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String section = json.currentName();
                json.nextToken();
                switch (section) {
                    case "packages" -> locked(json, packages);
                    case "dependencies" -> locked(json, dependencies);
                    default -> json.skipChildren();
                }
            }
        }
        return packages.isEmpty() ? dependencies : packages;
    }

    private static void locked(JsonParser json, List<Dependency> into) throws IOException {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String folder = json.currentName();
            json.nextToken();
            String version = null;
            String scope = "locked";
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String field = json.currentName();
                JsonToken value = json.nextToken();
                if (field.equals("version") && value == JsonToken.VALUE_STRING) {
                    version = json.getText();
                } else if (field.equals("dev") && value == JsonToken.VALUE_TRUE) {
                    scope = "locked-dev";
                }
                json.skipChildren();
            }
            // The project itself stands under the empty folder.
            if (version != null && !folder.isEmpty()) {
                into.add(new Dependency(name(folder), version, scope));
            }
            if (into.size() > MAX_LOCKED) {
                throw new IOException("more than " + MAX_LOCKED + " packages");
            }
        }
    }

    private static String name(String folder) {
        int at = folder.lastIndexOf(MODULES);
        return at < 0 ? folder : folder.substring(at + MODULES.length());
    }

    private static JsonNode object(String text) throws IOException {
        JsonNode root = Json.lenient().readTree(text);
        if (!root.isObject()) {
            throw new IOException("not a JSON object");
        }
        return root;
    }

    private static @Nullable String text(JsonNode node) {
        return node.isTextual() ? node.asText() : null;
    }
}
