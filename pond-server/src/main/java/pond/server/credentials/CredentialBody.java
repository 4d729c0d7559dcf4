package pond.server.credentials;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import pond.common.ids.ProjectId;

/**
 * A credential as an operator sends it, secrets in plain text; {@code toString} leaves them out.
 *
 * @param project null: for every project that has none of that name itself
 */
record CredentialBody(
        String name,
        @Nullable ProjectId project,
        String provider,
        Map<String, String> env,
        Map<String, String> secrets) {
    @Override
    public String toString() {
        return "CredentialBody[name=" + name + ", project=" + project + ", provider=" + provider + "]";
    }
}
