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
    private static final Pattern BEARER = Pattern.compile("(?i:bearer) ([!-~]{1,8192})");

    /** Parts of url-safe base64 with dots between. Only such a token may be long: it carries what it says with it. */
    private static final Pattern SIGNED = Pattern.compile("[A-Za-z0-9_-]++(?:\\.[A-Za-z0-9_-]*+){2,4}");

    private static final int MAX_LENGTH = 512;
    /** No token has this digest, so comparing with it costs the same as with a real one and never succeeds. */
    private static final String NO_TOKEN = "0".repeat(64);

    private final String serviceDigest;
    private final TokenLookup keys;
    private final Map<String, TokenLookup> others;
    private final Optional<AdminTokens> admins;

    /** @param serviceToken empty: there is no first-party access */
    public Authenticator(Optional<String> serviceToken, TokenLookup keys) {
        this(serviceToken, keys, Map.of());
    }

    /** As the whole one, without a tenant. */
    public Authenticator(Optional<String> serviceToken, TokenLookup keys, Map<String, TokenLookup> others) {
        this(serviceToken, keys, others, Optional.empty());
    }

    /**
     * @param others where tokens are looked up that begin with a prefix of their own; all others among the keys
     * @param admins empty: there is no tenant, and no signed token is good
     */
    public Authenticator(
            Optional<String> serviceToken,
            TokenLookup keys,
            Map<String, TokenLookup> others,
            Optional<? extends AdminTokens> admins) {
        this.serviceDigest = serviceToken.map(TokenDigest::of).orElse(NO_TOKEN);
        this.keys = keys;
        this.others = Map.copyOf(others);
        this.admins = admins.map(tokens -> tokens);
    }

    /** Whether admins come from a tenant. */
    boolean hasTenant() {
        return admins.isPresent();
    }

    /**
     * The principal of a request with these {@code Authorization} headers.
     *
     * @throws PondException UNAUTHENTICATED when there is no usable header, FORBIDDEN for any token that is not valid,
     *     UNAVAILABLE when an admin's token cannot be checked at the moment
     */
    public Principal authenticate(List<String> headers) {
        Matcher bearer = BEARER.matcher(headers.size() == 1 ? headers.get(0) : "");
        boolean matches = bearer.matches();
        String token = matches ? bearer.group(1) : "";
        boolean signed = SIGNED.matcher(token).matches();
        if (!matches || (token.length() > MAX_LENGTH && !signed)) {
            throw new PondException(
                    ErrorCode.UNAUTHENTICATED, "this call needs the header 'Authorization: Bearer <token>'");
        }
        // First of all: an operator may have chosen a service token that looks like a signed one.
        String digest = TokenDigest.of(token);
        if (TokenDigest.same(digest, serviceDigest)) {
            return new Principal.Service();
        }
        if (signed) {
            return admins.flatMap(tokens -> tokens.verify(token)).orElseThrow(Authenticator::forbidden);
        }
        Optional<StoredToken> stored = lookup(token).find(digest);
        boolean known = TokenDigest.same(digest, stored.map(StoredToken::sha256).orElse(NO_TOKEN));
        return stored.filter(found -> known && found.usable())
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
