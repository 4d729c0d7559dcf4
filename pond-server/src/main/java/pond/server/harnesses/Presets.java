package pond.server.harnesses;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import pond.common.json.Json;
import pond.common.problems.Fields;
import pond.common.problems.ProblemCode;
import pond.common.problems.Problems;
import pond.common.swarm.HarnessRules;
import pond.common.swarm.HarnessSpec;

/** Recipes for agent programs that come with pond: {@code presets/NAME.json} on the class path, each a harness's body. */
public final class Presets {
    /** A jar cannot be listed. */
    private static final List<String> NAMES = List.of(
            "claude-brokered",
            "cline-brokered",
            "codex-brokered",
            "continue-brokered",
            "copilot-brokered",
            "copilot-brokered-anthropic",
            "copilot-brokered-responses",
            "gemini-brokered",
            "kilo-brokered",
            "opencode-brokered",
            "opencode-brokered-anthropic",
            "opencode-brokered-gemini",
            "opencode-brokered-responses",
            "pi-brokered",
            "pi-brokered-anthropic",
            "pi-brokered-gemini",
            "pi-brokered-responses",
            "qwen-brokered");

    private Presets() {}

    /** All names, sorted. */
    public static List<String> names() {
        return NAMES;
    }

    /** The preset of that name, under its own name as key. */
    public static Optional<HarnessSpec> find(String name) {
        if (!NAMES.contains(name)) {
            return Optional.empty();
        }
        Problems problems = new Problems();
        Optional<HarnessSpec> spec = Fields.of(body(name), "", problems.about(ProblemCode.REQUEST_INVALID))
                .flatMap(HarnessRules::read);
        if (problems.hasErrors() || spec.filter(read -> read.key().equals(name)).isEmpty()) {
            throw new IllegalStateException("preset " + name + " is no harness of that key: " + problems.list());
        }
        return spec;
    }

    private static JsonNode body(String name) {
        try (InputStream in = Presets.class.getResourceAsStream("/presets/" + name + ".json")) {
            if (in == null) {
                throw new IllegalStateException("no preset " + name);
            }
            return Json.strict().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
