package pond.worker.executors.swarm;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import pond.common.ids.ArtifactName;
import pond.common.protocol.Invocation;
import pond.common.swarm.HarnessSpec;
import pond.common.swarm.HarnessSpec.HarnessFile;
import pond.common.swarm.Placeholder;
import pond.common.swarm.Template;

/**
 * How one agent is started: the texts of its harness with all that is known at the start filled in, each in one pass.
 * Immutable; {@code toString} leaves the values out.
 */
public final class Launch {
    /** Linux takes no longer argument, the byte that ends it included (execve(2)). */
    private static final int MAX_ARGUMENT = 128 * 1024 - 1;

    private final Invocation invocation;
    private final Map<String, String> values;

    /**
     * @param brokerUrl where the agent finds its model, no slash at the end
     * @param dummyKey what it presents there
     * @throws SwarmFailure {@code harness_invalid} when the harness asks for what a confined agent does not get
     */
    public Launch(Invocation invocation, String brokerUrl, String dummyKey) throws SwarmFailure {
        requireConfinable(invocation.harness());
        this.invocation = invocation;
        this.values = Map.of(
                Placeholder.MODEL.name(), invocation.model().modelId(),
                Placeholder.BROKER_URL.name(), brokerUrl,
                Placeholder.DUMMY_KEY.name(), dummyKey);
    }

    /** Refuses a harness whose files hold real secrets: whatever is in an agent's HOME is the agent's. */
    public static void requireConfinable(HarnessSpec harness) throws SwarmFailure {
        for (HarnessFile file : harness.files()) {
            if (!file.secrets().isEmpty()) {
                throw new SwarmFailure(
                        "harness_invalid",
                        "the file '" + file.path() + "' of harness '" + harness.key()
                                + "' asks for a secret, and no secret enters a sandbox: use {{BROKER_URL}} and {{DUMMY_KEY}}");
            }
        }
    }

    /** The program and its arguments; the prompt is filled in nowhere else. */
    public List<String> command() throws SwarmFailure {
        Map<String, String> all = new LinkedHashMap<>(values);
        all.put(Placeholder.PROMPT.name(), invocation.prompt());
        List<String> command = invocation.harness().commandTemplate().stream()
                .map(word -> filled(word, all))
                .toList();
        for (String word : command) {
            if (word.getBytes(StandardCharsets.UTF_8).length > MAX_ARGUMENT) {
                throw new SwarmFailure(
                        "harness_invalid",
                        "harness '" + invocation.harness().key()
                                + "' takes the prompt as an argument, and this one is longer than 128 KiB");
            }
        }
        return command;
    }

    /** What goes to standard input: the prompt, unless the command takes it. */
    public String input() {
        return invocation.harness().takesPromptAsArgument() ? "" : invocation.prompt();
    }

    /** The harness's own variables. */
    public Map<String, String> env() {
        Map<String, String> env = new LinkedHashMap<>();
        invocation.harness().env().forEach((name, value) -> env.put(name, filled(value, values)));
        return env;
    }

    /** Writes the harness's files below a fresh HOME, for nobody but their owner to read. */
    public void layOut(Path home) throws IOException, SwarmFailure {
        StageFiles files = StageFiles.ofHome(home);
        for (HarnessFile file : invocation.harness().files()) {
            ArtifactName path = ArtifactName.parse(file.path())
                    .filter(name -> !name.value().startsWith("~"))
                    .orElseThrow(() -> new SwarmFailure(
                            "harness_invalid",
                            "harness '" + invocation.harness().key() + "' has a file that is not below HOME"));
            files.write(path, filled(file.content(), values));
        }
    }

    private static String filled(String template, Map<String, String> values) {
        Function<String, Optional<String>> known = name -> Optional.ofNullable(values.get(name));
        return Template.of(template).fill(known);
    }

    @Override
    public String toString() {
        return "Launch[" + invocation + "]";
    }
}
