package pond.server.credentials;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pond.common.ids.ProjectId;

/**
 * A credential as it is kept.
 *
 * @param project null: for every project that has none of that name itself
 * @param env where the provider is, and other things that are no secret
 * @param secretNames what its secrets are called
 * @param sealed the secrets, see {@link Credentials#open}
 */
public record Credential(
        String name,
        @Nullable ProjectId project,
        String provider,
        Map<String, String> env,
        List<String> secretNames,
        String sealed,
        Instant createdAt,
        Instant updatedAt) {
    public Credential {
        env = Map.copyOf(env);
        secretNames = List.copyOf(secretNames);
    }

    /** What its secrets are bound to: sealed text that is moved to another row does not open there. */
    String context() {
        return context(name, project);
    }

    /** Neither a name nor a project has a line end, so no two credentials have the same context, and no run has it. */
    static String context(String name, @Nullable ProjectId project) {
        return "credential\n" + (project == null ? "" : project.value()) + "\n" + name;
    }

    @Override
    public String toString() {
        return "Credential[name=" + name + ", project=" + project + ", provider=" + provider + "]";
    }
}
