package pond.common.definition;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a stage does, one record a kind. Its JSON is what the caller wrote, with defaults filled in. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = ExecutorSpec.Noop.class, name = "noop"),
    @JsonSubTypes.Type(value = ExecutorSpec.Builtin.class, name = "builtin"),
    @JsonSubTypes.Type(value = ExecutorSpec.Shell.class, name = "shell"),
    @JsonSubTypes.Type(value = ExecutorSpec.Swarm.class, name = "swarm"),
    @JsonSubTypes.Type(value = ExecutorSpec.Fetch.class, name = "fetch")
})
public sealed interface ExecutorSpec {
    @JsonIgnore
    ExecutorKind kind();

    /** The sandbox block, where the kind can have one and the caller gave one. */
    @JsonIgnore
    default Optional<SandboxSpec> sandboxBlock() {
        return Optional.empty();
    }

    /**
     * Ticks that do nothing.
     *
     * @param intervalSec seconds before each tick, with fractions down to a millisecond
     */
    @JsonNaming(SnakeCaseStrategy.class)
    record Noop(int ticks, double intervalSec) implements ExecutorSpec {
        @Override
        public ExecutorKind kind() {
            return ExecutorKind.NOOP;
        }

        @JsonIgnore
        public Duration interval() {
            return Duration.ofMillis(Math.round(intervalSec * 1000));
        }
    }

    /** Globs choose among the files of the checkout; no {@code include} means all. */
    record Builtin(BuiltinName name, List<String> include, List<String> exclude) implements ExecutorSpec {
        public Builtin {
            include = List.copyOf(include);
            exclude = List.copyOf(exclude);
        }

        @Override
        public ExecutorKind kind() {
            return ExecutorKind.BUILTIN;
        }
    }

    /**
     * A command.
     *
     * @param argv the command and its arguments, started as they stand: no shell reads them
     * @param env added to what every stage gets; never {@code POND_*}
     * @param artifacts globs of files in the checkout to keep as artifacts
     * @param sandbox null: the worker decides, see {@link SandboxProfile#TRUSTED_CODE}
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Shell(
            List<String> argv,
            Map<String, String> env,
            List<String> artifacts,
            @Nullable SandboxSpec sandbox) implements ExecutorSpec {
        public Shell {
            argv = List.copyOf(argv);
            env = Collections.unmodifiableMap(new LinkedHashMap<>(env));
            artifacts = List.copyOf(artifacts);
        }

        @Override
        public ExecutorKind kind() {
            return ExecutorKind.SHELL;
        }

        @Override
        public Optional<SandboxSpec> sandboxBlock() {
            return Optional.ofNullable(sandbox);
        }
    }

    /**
     * An AI coding agent.
     *
     * @param writesArtifact the file that the parsed output, or the file of that name, becomes
     * @param startTimeoutSec seconds from the start to the agent's first sign of life: a line, or a call of its model
     * @param noOutputTimeoutSec seconds between two signs of life
     * @param budget of all attempts and areas of the stage together
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Swarm(
            String harness,
            String model,
            String prompt,
            @Nullable Fanout fanout,
            @Nullable Parse parse,
            @Nullable String writesArtifact,
            @JsonProperty("start_timeout_sec") int startTimeoutSec,
            @JsonProperty("no_output_timeout_sec") int noOutputTimeoutSec,
            @Nullable Budget budget,
            SandboxSpec sandbox)
            implements ExecutorSpec {
        @Override
        public ExecutorKind kind() {
            return ExecutorKind.SWARM;
        }

        @Override
        public Optional<SandboxSpec> sandboxBlock() {
            return Optional.of(sandbox);
        }

        /** One substage per area of the list that the artifact of an earlier stage holds. */
        public record Fanout(
                String source,
                String artifact,
                @JsonProperty("maxAreas") int maxAreas) {}

        /** Where the result is in the agent's output: the last block fenced with that word. */
        public record Parse(String fence, String output, ParseShape shape) {}
    }

    /** The implicit first stage. */
    record Fetch() implements ExecutorSpec {
        @Override
        public ExecutorKind kind() {
            return ExecutorKind.FETCH;
        }
    }
}
