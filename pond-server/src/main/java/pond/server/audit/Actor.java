package pond.server.audit;

import org.jspecify.annotations.Nullable;
import pond.server.auth.Principal;

/**
 * Who does something, as the audit trail names them.
 *
 * @param name such as {@code service}
 * @param requestId of the request that asked for it; null when none did, such as for the command line
 */
public record Actor(String name, @Nullable String requestId) {
    /** Whoever is at the command line of the server's machine. */
    public static final Actor COMMAND_LINE = new Actor("command line", null);

    /** The caller of a request. */
    public static Actor of(Principal principal, String requestId) {
        if (principal instanceof Principal.Service) {
            return new Actor("service", requestId);
        }
        if (principal instanceof Principal.Project project) {
            return new Actor("key " + project.keyId(), requestId);
        }
        if (principal instanceof Principal.Admin admin) {
            return new Actor("auth0 " + admin.subject(), requestId);
        }
        return new Actor(principal.toString(), requestId);
    }
}
