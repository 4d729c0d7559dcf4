package pond.common.swarm;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How an agent program is started. A pure value: its JSON is the body that an operator sends, and it can be frozen on a
 * stage as it is. {@link HarnessRules} has checked whatever a server keeps.
 *
 * @param key what stages name
 * @param label for people
 * @param capability what a worker must advertise to be given such a stage
 * @param commandTemplate the program and its arguments, started as they stand: no shell reads them
 * @param files written to the agent's fresh HOME before it starts
 * @param env added to the little that every agent gets
 * @param output where the agent's last answer is
 */
@JsonNaming(SnakeCaseStrategy.class)
public record HarnessSpec(
        String key,
        String label,
        String capability,
        List<String> commandTemplate,
        List<HarnessFile> files,
        Map<String, String> env,
        OutputRule output) {
    public HarnessSpec {
        commandTemplate = List.copyOf(commandTemplate);
        files = List.copyOf(files);
        env = Collections.unmodifiableMap(new LinkedHashMap<>(env));
    }

    /**
     * A file below HOME.
     *
     * @param path relative, with {@code /} between its parts
     * @param content a template
     */
    public record HarnessFile(String path, String content) {
        /** The secrets that go into it: with one or more, only its owner may read it. */
        public Set<String> secrets() {
            return Template.of(content).names().stream()
                    .flatMap(name -> Placeholder.secret(name).stream())
                    .collect(Collectors.toUnmodifiableSet());
        }
    }

    /** The names of all secrets that its files ask for. */
    @JsonIgnore
    public Set<String> secrets() {
        return files.stream().flatMap(file -> file.secrets().stream()).collect(Collectors.toUnmodifiableSet());
    }

    /** Whether the command takes the prompt as an argument; else it goes to standard input. */
    @JsonIgnore
    public boolean takesPromptAsArgument() {
        return commandTemplate.stream()
                .anyMatch(word -> Template.of(word).names().contains(Placeholder.PROMPT.name()));
    }
}
