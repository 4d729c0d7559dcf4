package pond.server.auth0;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.security.interfaces.RSAPublicKey;
import java.text.ParseException;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pond.server.auth.AdminTokens;
import pond.server.auth.Principal;
import pond.server.errors.PondException;

/**
 * Checks access tokens of a tenant. What a token says is looked at only when its signature is good; the one thing that is
 * taken from it before is the id of the key. Safe to share.
 */
public final class Auth0Admins implements AdminTokens, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Auth0Admins.class);
    private static final Set<JOSEObjectType> TYPES = Set.of(JOSEObjectType.JWT, new JOSEObjectType("at+jwt"));

    /** The library skips characters that are not base64, so one signature would have many forms. */
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9_-]++\\.[A-Za-z0-9_-]++\\.[A-Za-z0-9_-]++");

    private final KeySetSource source;
    private final TenantKeys keys;
    private final ClaimRules rules;
    private final InstantSource clock;

    Auth0Admins(Auth0Settings settings, KeySetSource source, InstantSource clock) {
        this.source = source;
        this.keys = new TenantKeys(settings.issuer(), source, clock);
        this.rules = new ClaimRules(settings);
        this.clock = clock;
    }

    /** Asks the tenant for nothing yet. */
    public static Auth0Admins of(Auth0Settings settings, InstantSource clock) {
        return new Auth0Admins(settings, new KeySetSource(settings.keySet(), KeySetSource.DEADLINE), clock);
    }

    @Override
    public Optional<Principal.Admin> verify(String token) {
        if (!FORM.matcher(token).matches()) {
            return refused("it is no signed token");
        }
        Optional<SignedJWT> jwt = parse(token);
        if (jwt.isEmpty()) {
            return refused("it cannot be read");
        }
        Optional<RSAPublicKey> key = key(jwt.get().getHeader());
        if (key.isEmpty() || !isSigned(jwt.get(), key.get())) {
            return refused("no key of the tenant has signed it");
        }
        return admin(jwt.get());
    }

    private Optional<Principal.Admin> admin(SignedJWT signed) {
        try {
            JWTClaimsSet claims = signed.getJWTClaimsSet();
            Optional<String> problem = rules.problem(claims, clock.instant());
            return problem.isPresent() ? refused(problem.get()) : Optional.of(new Principal.Admin(claims.getSubject()));
        } catch (ParseException e) {
            return refused("a claim has a form of its own");
        }
    }

    /** Not even the message of a failure is of use: it may quote the token. */
    private static Optional<SignedJWT> parse(String token) {
        try {
            return Optional.of(SignedJWT.parse(token));
        } catch (ParseException | RuntimeException e) {
            // The library meets some headers, such as null, with an exception that it does not declare.
            return Optional.empty();
        }
    }

    private static boolean isSigned(SignedJWT jwt, RSAPublicKey key) {
        try {
            return jwt.verify(new RSASSAVerifier(key));
        } catch (JOSEException e) {
            return false;
        }
    }

    /** Stops asking the tenant; every answer that is still waited for fails. */
    @Override
    public void close() {
        source.close();
    }

    /** The key that a header names, if it is one that could be good at all: everything but RS256 stops here. */
    private Optional<RSAPublicKey> key(JWSHeader header) throws PondException {
        JOSEObjectType type = header.getType();
        boolean plain = JWSAlgorithm.RS256.equals(header.getAlgorithm())
                && (type == null || TYPES.contains(type))
                && header.getCriticalParams() == null;
        return plain && header.getKeyID() != null ? keys.find(header.getKeyID()) : Optional.empty();
    }

    private static Optional<Principal.Admin> refused(String why) {
        log.debug("an admin's token is refused: {}", why);
        return Optional.empty();
    }
}
