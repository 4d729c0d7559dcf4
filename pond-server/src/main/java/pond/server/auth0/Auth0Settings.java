package pond.server.auth0;

import java.net.URI;
import java.util.Optional;
import java.util.Set;

/**
 * Whose tokens are good.
 *
 * @param issuer what {@code iss} must be, character for character
 * @param keySet where the issuer's public keys are
 * @param audience what must be among {@code aud}; empty: any, or none
 * @param subjects what {@code sub} may be; empty: anything
 */
public record Auth0Settings(String issuer, URI keySet, Optional<String> audience, Set<String> subjects) {
    public Auth0Settings {
        subjects = Set.copyOf(subjects);
    }
}
