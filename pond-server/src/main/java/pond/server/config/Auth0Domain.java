package pond.server.config;

import java.net.URI;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Who issues the tokens of admins.
 *
 * @param issuer what a token's {@code iss} must be, character for character
 * @param loopback an issuer on this machine, for development
 */
public record Auth0Domain(String issuer, boolean loopback) {
    private static final Pattern DOMAIN =
            Pattern.compile("(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,63}");
    private static final Pattern LOOPBACK = Pattern.compile("http://127\\.0\\.0\\.1:([0-9]{1,5})/?");

    /** A tenant's issuer has a slash at its end; one on this machine is taken as it stands, with a slash or without. */
    static Auth0Domain of(String text) {
        var loopback = LOOPBACK.matcher(text);
        if (loopback.matches()) {
            SettingValues.integer(loopback.group(1), 1, 65_535);
            return new Auth0Domain(text, true);
        }
        String domain = text.toLowerCase(Locale.ROOT);
        if (!DOMAIN.matcher(domain).matches()) {
            throw new IllegalArgumentException("not a domain");
        }
        return new Auth0Domain("https://" + domain + "/", false);
    }

    /** Where its public keys are. */
    public URI keySet() {
        return URI.create(issuer + (issuer.endsWith("/") ? "" : "/") + ".well-known/jwks.json");
    }
}
