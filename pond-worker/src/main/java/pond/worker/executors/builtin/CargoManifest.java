package pond.worker.executors.builtin;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Cargo's {@code Cargo.toml}: "runtime", "dev" and "build", those for one target as well, and a workspace's ("workspace"). */
final class CargoManifest {
    private CargoManifest() {}

    static List<Dependency> parse(String text) throws IOException {
        JsonNode root = Toml.read(text);
        List<Dependency> found = new ArrayList<>();
        addTables(root, found);
        root.path("target").properties().forEach(target -> addTables(target.getValue(), found));
        Toml.addTable(root.path("workspace").path("dependencies"), "workspace", found);
        return found;
    }

    private static void addTables(JsonNode node, List<Dependency> found) {
        Toml.addTable(node.path("dependencies"), "runtime", found);
        Toml.addTable(node.path("dev-dependencies"), "dev", found);
        Toml.addTable(node.path("build-dependencies"), "build", found);
    }
}
