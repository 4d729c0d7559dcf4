package pond.server.auth;

import java.util.Optional;

/** Finds the tokens that are kept as rows; answered by the rooms {@code keys} and {@code enrollment}. */
public interface TokenLookup {
    /**
     * The token with this digest, also one that was revoked or has expired: the caller must do the same work for both.
     * Reads what is there now, never a copy.
     *
     * @param sha256 64 lower-case hex digits
     */
    Optional<StoredToken> find(String sha256);

    /**
     * A token as it is kept.
     *
     * @param usable neither revoked nor expired
     */
    record StoredToken(String sha256, Principal principal, boolean usable) {}
}
