package pond.server.credentials;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import pond.common.ids.ProjectId;

/**
 * A credential as operators see it.
 *
 * @param secrets the name of each, with three stars
 */
public record CredentialView(
        String name,
        @JsonProperty("projectId") @Nullable ProjectId project,
        String provider,
        Map<String, String> env,
        Map<String, String> secrets,
        @JsonProperty("created_at") Instant createdAt,
        @JsonProperty("updated_at") Instant updatedAt) {
    static CredentialView of(Credential credential) {
        Map<String, String> secrets = new TreeMap<>();
        credential.secretNames().forEach(name -> secrets.put(name, CredentialRules.MASK));
        return new CredentialView(
                credential.name(),
                credential.project(),
                credential.provider(),
                new TreeMap<>(credential.env()),
                secrets,
                credential.createdAt(),
                credential.updatedAt());
    }
}
