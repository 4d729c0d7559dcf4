package pond.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that make the body of a submit or a preflight. */
final class SubmitBody {
    @Option(
            names = {"-f", "--file"},
            required = true,
            paramLabel = "FILE",
            description =
                    "A workflow definition, or a whole submit body, in JSON, or in YAML when it ends in .yaml or .yml; - reads standard input.")
    String file = "-";

    @Option(names = "--yaml", description = "It is YAML, such as that on standard input.")
    boolean yaml;

    @Option(names = "--project", paramLabel = "ID", description = "The project; a project key knows its own.")
    @Nullable
    String project;

    @Option(names = "--source-git", paramLabel = "URL", description = "An https git repository to run in.")
    @Nullable
    String git;

    @Option(names = "--ref", paramLabel = "REF", description = "Branch, tag or commit of --source-git.")
    @Nullable
    String ref;

    @Option(
            names = "--source-folder",
            paramLabel = "PATH",
            description = "A folder on the server's machine to run in, below its POND_LOCAL_SOURCE_ROOT.")
    @Nullable
    String folder;

    @Option(names = "--label", paramLabel = "KEY=VALUE", description = "A label of the run; may repeat.")
    Map<String, String> labels = new LinkedHashMap<>();

    /** Reads the file and adds what the other options say. */
    ObjectNode read(InputStream stdin) throws IOException {
        JsonNode given = new DefinitionFile(file, yaml).read(stdin);
        ObjectNode body = given.has("definition") && given instanceof ObjectNode whole
                ? whole
                : JsonNodeFactory.instance.objectNode().<ObjectNode>set("definition", given);
        if (project != null) {
            body.put("projectId", project);
        }
        if (git != null) {
            ObjectNode config = source(body, "git", "git_https").put("url", git);
            if (ref != null) {
                config.put("ref", ref);
            }
        }
        if (folder != null) {
            source(body, "folder", "folder").put("path", folder);
        }
        labels.forEach((key, value) -> body.withObject("/labels").put(key, value));
        return body;
    }

    private static ObjectNode source(ObjectNode body, String label, String kind) {
        ObjectNode source = body.withArray("sources").addObject();
        return source.put("label", label).put("kind", kind).putObject("config");
    }
}
