package pond.server.auth;

import java.util.Optional;

/** Checks the signed tokens of admins, which are kept nowhere; answered by the room {@code auth0}. */
public interface AdminTokens {
    /**
     * Whom a token stands for; empty for one that is not good. Called by any thread; may wait some seconds for the issuer's
     * keys.
     *
     * @throws pond.server.errors.PondException UNAVAILABLE when nobody can tell at the moment
     */
    Optional<Principal.Admin> verify(String token);
}
