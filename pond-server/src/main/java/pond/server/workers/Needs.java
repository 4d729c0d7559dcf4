package pond.server.workers;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import pond.common.definition.ExecutorKind;
import pond.common.definition.ExecutorSpec;
import pond.common.definition.SandboxProfile;
import pond.common.definition.SandboxSpec;
import pond.common.definition.SandboxTier;
import pond.common.ids.ProjectId;
import pond.common.json.Json;

/**
 * What a worker must have to be given a job. Jobs with the same needs are interchangeable to a worker, so their text form
 * is the key under which they queue.
 *
 * @param capabilities sorted, each such as {@code sandbox.bubblewrap}
 * @param tags sorted, each such as {@code pool:trusted}
 */
@JsonPropertyOrder({"kind", "capabilities", "tags"})
public record Needs(ExecutorKind kind, List<String> capabilities, List<String> tags) {
    /** The backend of a block that names none. */
    public static final String DEFAULT_BACKEND = "bubblewrap";

    public Needs {
        capabilities = List.copyOf(new TreeSet<>(capabilities));
        tags = List.copyOf(new TreeSet<>(tags));
    }

    /**
     * What a stage asks for.
     *
     * @param confined whether a shell stage without a sandbox block must have one all the same
     */
    public static Needs of(ExecutorSpec executor, ProjectId project, boolean confined) {
        List<String> capabilities = new ArrayList<>();
        List<String> tags = new ArrayList<>();
        if (executor instanceof ExecutorSpec.Swarm swarm) {
            capabilities.add(guess(swarm));
        }
        if (executor.sandboxBlock().isPresent()) {
            SandboxSpec block = executor.sandboxBlock().get();
            if (block.profile() != SandboxProfile.NONE) {
                capabilities.add("sandbox." + (block.backend() == null ? DEFAULT_BACKEND : block.backend()));
            }
            tags.addAll(poolTags(block, project));
        } else if (confined && executor.kind() == ExecutorKind.SHELL) {
            capabilities.add("sandbox." + DEFAULT_BACKEND);
        }
        return new Needs(executor.kind(), capabilities, tags);
    }

    /** What an agent's stage asks for, once the harness that it names is known; see {@link #of} for what to ask until then. */
    public static Needs ofAgent(ExecutorSpec.Swarm swarm, ProjectId project, String capability) {
        Needs guessed = of(swarm, project, true);
        List<String> capabilities = new ArrayList<>(guessed.capabilities());
        capabilities.remove(guess(swarm));
        capabilities.add(capability);
        return new Needs(guessed.kind(), capabilities, guessed.tags());
    }

    private static String guess(ExecutorSpec.Swarm swarm) {
        return "harness." + swarm.harness();
    }

    /** A tier chooses among workers for the two untrusted profiles only. */
    private static List<String> poolTags(SandboxSpec block, ProjectId project) {
        return switch (block.profile()) {
            case NONE, TRUSTED_CODE -> List.of();
            case UNTRUSTED_CODE_READ, UNTRUSTED_CODE_WRITE ->
                switch (block.tier() == null ? SandboxTier.TRUSTED : block.tier()) {
                    case TRUSTED -> List.of("pool:trusted");
                    case BYO -> List.of("pool:byo", Worker.TENANT_TAG + project);
                    case ANY -> List.of();
                };
        };
    }

    /** The same text for the same needs. */
    public String text() {
        return Json.write(this);
    }

    public static Needs parse(String text) {
        return Json.read(text, Needs.class);
    }

    /** What the worker lacks, in words; empty when it can serve. */
    public List<String> missingFrom(Worker worker) {
        List<String> missing = new ArrayList<>();
        if (!worker.executors().contains(kind)) {
            missing.add("executor " + kind);
        }
        capabilities.stream()
                .filter(one -> !worker.capabilities().contains(one))
                .forEach(one -> missing.add("capability " + one));
        tags.stream().filter(one -> !worker.tags().contains(one)).forEach(one -> missing.add("tag " + one));
        return missing;
    }

    /** In words, for messages. */
    public String describe() {
        List<String> parts = new ArrayList<>(List.of("executor " + kind));
        capabilities.forEach(one -> parts.add("capability " + one));
        tags.forEach(one -> parts.add("tag " + one));
        return String.join(", ", parts);
    }
}
