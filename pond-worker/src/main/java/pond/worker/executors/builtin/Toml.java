package pond.worker.executors.builtin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** TOML manifests as trees. */
final class Toml {
    private static final TomlMapper MAPPER = new TomlMapper();

    private Toml() {}

    static JsonNode read(String text) throws IOException {
        return MAPPER.readTree(text);
    }

    /** Adds a table of names to versions, where a version is text or a table with one in it (Cargo, Poetry). */
    static void addTable(JsonNode table, String scope, List<Dependency> found) {
        table.properties()
                .forEach(entry -> found.add(new Dependency(entry.getKey(), version(entry.getValue()), scope)));
    }

    private static @Nullable String version(JsonNode value) {
        JsonNode version = value.isObject() ? value.path("version") : value;
        return version.isTextual() ? version.asText() : null;
    }
}
