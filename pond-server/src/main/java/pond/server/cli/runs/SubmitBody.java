package pond.server.cli.runs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;
import pond.server.cli.files.DefinitionFile;
import pond.server.cli.files.SecretFile;

/** The options that make the body of a submit or a preflight. No option takes a secret: command lines show in process lists. */
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

    @Option(
            names = "--source",
            paramLabel = "URL|FOLDER",
            description =
                    "What to run in; may repeat. An https URL is a git repository, or an archive when it ends in .tar, .tar.gz, .tgz, .tar.bz2 or .tbz2. All else is a folder on the server's machine, below its POND_LOCAL_SOURCE_ROOT.")
    List<String> sources = new ArrayList<>();

    @Option(names = "--ref", paramLabel = "REF", description = "Branch, tag or commit of the git repository.")
    @Nullable
    String ref;

    @Option(
            names = "--source-token-file",
            paramLabel = "FILE",
            description = "A file with the token that the git repository's host asks for.")
    @Nullable
    Path sourceTokenFile;

    @Option(names = "--label", paramLabel = "KEY=VALUE", description = "A label of the run; may repeat.")
    Map<String, String> labels = new LinkedHashMap<>();

    @Option(names = "--callback", paramLabel = "URL", description = "Whom the server tells of the end of the run.")
    @Nullable
    String callback;

    @Option(
            names = "--callback-secret-file",
            paramLabel = "FILE",
            description = "A file with the secret that signs what is sent there.")
    @Nullable
    Path callbackSecretFile;

    @Spec(Target.MIXEE)
    @Nullable
    CommandSpec spec;

    /** Reads the file and adds what the other options say. */
    ObjectNode read(InputStream stdin) throws IOException {
        if ((callback == null) != (callbackSecretFile == null)) {
            throw new ParameterException(line(), "--callback and --callback-secret-file go together");
        }
        JsonNode given = new DefinitionFile(file, yaml).read(stdin);
        ObjectNode body = given.has("definition") && given instanceof ObjectNode whole
                ? whole
                : JsonNodeFactory.instance.objectNode().<ObjectNode>set("definition", given);
        if (project != null) {
            body.put("projectId", project);
        }
        addSources(body);
        labels.forEach((key, value) -> body.withObject("/labels").put(key, value));
        if (callback != null && callbackSecretFile != null) {
            body.putObject("callback").put("url", callback).put("secret", SecretFile.read(callbackSecretFile));
        }
        return body;
    }

    private void addSources(ObjectNode body) throws IOException {
        List<ObjectNode> repositories = new ArrayList<>();
        for (String text : sources) {
            SourceOption source = source(text);
            ObjectNode config = source.addTo(body.withArray("/sources"));
            if (source.kind() == SourceOption.Kind.GIT) {
                repositories.add(config);
            }
        }
        if (ref == null && sourceTokenFile == null) {
            return;
        }
        if (repositories.size() != 1) {
            throw new ParameterException(
                    line(), "--ref and --source-token-file are about one git repository in --source");
        }
        if (ref != null) {
            repositories.get(0).put("ref", ref);
        }
        if (sourceTokenFile != null) {
            repositories.get(0).put("token", SecretFile.read(sourceTokenFile));
        }
    }

    private SourceOption source(String text) {
        try {
            return SourceOption.parse(text);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(line(), String.valueOf(e.getMessage()), e);
        }
    }

    private CommandLine line() {
        if (spec == null) {
            throw new IllegalStateException("picocli has not filled in the command");
        }
        return spec.commandLine();
    }
}
