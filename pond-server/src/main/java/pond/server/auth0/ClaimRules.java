package pond.server.auth0;

import com.nimbusds.jwt.JWTClaimsSet;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a token must say of itself; whether it may be believed is for the signature. */
record ClaimRules(Auth0Settings settings) {
    /** Two machines' clocks are never quite the same. */
    static final Duration LEEWAY = Duration.ofSeconds(30);

    private static final Pattern SUBJECT = Pattern.compile("[!-~]{1,255}");

    /** Why these claims are not good at that time, for the log; empty when they are. */
    Optional<String> problem(JWTClaimsSet claims, Instant now) {
        if (!settings.issuer().equals(claims.getIssuer())) {
            return Optional.of("its issuer is another");
        }
        if (settings.audience()
                .filter(audience -> !claims.getAudience().contains(audience))
                .isPresent()) {
            return Optional.of("it is for another audience");
        }
        Optional<Instant> end = instant(claims.getExpirationTime());
        if (end.isEmpty() || !now.isBefore(end.get().plus(LEEWAY))) {
            return Optional.of("it has expired, or never would");
        }
        if (instant(claims.getNotBeforeTime())
                .filter(start -> now.isBefore(start.minus(LEEWAY)))
                .isPresent()) {
            return Optional.of("it is not valid yet");
        }
        String subject = claims.getSubject();
        if (subject == null || !SUBJECT.matcher(subject).matches()) {
            return Optional.of("it has no usable subject");
        }
        boolean listed = settings.subjects().isEmpty() || settings.subjects().contains(subject);
        return listed ? Optional.empty() : Optional.of("its subject is no admin");
    }

    private static Optional<Instant> instant(@Nullable Date date) {
        return Optional.ofNullable(date).map(Date::toInstant);
    }
}
