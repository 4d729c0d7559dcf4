package pond.server.auth;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import pond.server.auth.TokenLookup.StoredToken;
import pond.server.errors.ErrorCode;
import pond.server.errors.PondException;

/** Turns the {@code Authorization} header into a principal. Safe to share; keeps nothing between calls. */
public final class Authenticator {
    /** One space between, and a token of visible ASCII: anything else is garbled, and not worth a look-up. */
    private static final Pattern BEARER = Pattern.compile("(?i:bearer) ([!-~]{1,512})");
    /** No token has this digest, so comparing with it costs the same as with a real one and never succeeds. */
    private static final String NO_TOKEN = "0".repeat(64);

    private final String serviceDigest;
    private final TokenLookup keys;
    private final Map<String, TokenLookup> others;

    /** @param serviceToken empty: there is no first-party access */
    public Authenticator(Optional<String> serviceToken, TokenLookup keys) {
        this(serviceToken, keys, Map.of());
    }

    /** @param others where tokens are looked up that begin with a prefix of their own; all others among the keys */
    public Authenticator(Optional<String> serviceToken, TokenLookup keys, Map<String, TokenLookup> others) {
        this.serviceDigest = serviceToken.map(TokenDigest::of).orElse(NO_TOKEN);
        this.keys = keys;
        this.others = Map.copyOf(others);
    }

    /**
     * The principal of a request with these {@code Authorization} headers.
     *
     * @throws PondException UNAUTHENTICATED when there is no usable header, FORBIDDEN for any token that is not valid
     */
    public Principal authenticate(List<String> headers) {
        Matcher bearer = BEARER.matcher(headers.size() == 1 ? headers.get(0) : "");
        if (!bearer.matches()) {
            throw new PondException(
                    ErrorCode.UNAUTHENTICATED, "this call needs the header 'Authorization: Bearer <token>'");
        }
        String digest = TokenDigest.of(bearer.group(1));
        if (TokenDigest.same(digest, serviceDigest)) {
            return new Principal.Service();
        }
        Optional<StoredToken> stored = lookup(bearer.group(1)).find(digest);
        boolean known = TokenDigest.same(digest, stored.map(StoredToken::sha256).orElse(NO_TOKEN));
        return stored.filter(token -> known && token.usable())
                .map(StoredToken::principal)
                .orElseThrow(Authenticator::forbidden);
    }

    /** The prefix is no secret, so looking at it first tells nobody anything. */
    private TokenLookup lookup(String token) {
        return others.entrySet().stream()
                .filter(entry -> token.startsWith(entry.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(keys);
    }

    /** The one refusal for every token that is not good for a call; it never says why. */
    public static PondException forbidden() {
        return new PondException(ErrorCode.FORBIDDEN, "this token is not valid here");
    }
}
