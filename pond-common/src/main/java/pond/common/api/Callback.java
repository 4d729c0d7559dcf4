package pond.common.api;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import pond.common.problems.Fields;

/**
 * Whom to tell when a run has ended. {@code toString} leaves out the secret and the query of the address.
 *
 * @param url an absolute http or https address of at most 2048 characters
 * @param secret signs what is sent there: 16 to 256 visible ASCII characters; three stars where the server shows it
 */
public record Callback(String url, String secret) {
    private static final int MAX_URL = 2048;
    private static final Pattern SECRET = Pattern.compile("[!-~]{16,256}");

    /** Reads the field of a submit; empty when there is an error among the problems added. */
    static Optional<Callback> read(Fields fields) {
        Optional<String> url = fields.requiredString("url").filter(text -> {
            Optional<String> wrong = wrongUrl(text);
            wrong.ifPresent(why -> fields.report("url", why));
            return wrong.isEmpty();
        });
        Optional<String> secret = fields.requiredString("secret").filter(text -> {
            boolean fits = SECRET.matcher(text).matches();
            if (!fits) {
                fields.report("secret", "must have 16 to 256 visible ASCII characters");
            }
            return fits;
        });
        fields.end();
        return url.flatMap(to -> secret.map(with -> new Callback(to, with)));
    }

    /** As readers of a run see it. */
    public static Callback shown(String url) {
        return new Callback(url, "***");
    }

    private static Optional<String> wrongUrl(String text) {
        if (text.length() > MAX_URL) {
            return Optional.of("has more than " + MAX_URL + " characters");
        }
        try {
            URI url = new URI(text);
            String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
            if (!(scheme.equals("https") || scheme.equals("http")) || url.getHost() == null) {
                return Optional.of("must be an absolute https or http address");
            }
            if (url.getRawUserInfo() != null) {
                return Optional.of("must not hold a user name or password; the secret proves who has sent it");
            }
            return url.getRawFragment() == null ? Optional.empty() : Optional.of("must not have a fragment");
        } catch (URISyntaxException e) {
            return Optional.of("is not an address: " + e.getReason());
        }
    }

    @Override
    public String toString() {
        return "Callback[url=" + url.replaceFirst("\\?.*", "?***") + "]";
    }
}
