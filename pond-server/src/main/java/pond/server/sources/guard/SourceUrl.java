package pond.server.sources.guard;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import pond.server.sources.guard.SourceException.Code;

/**
 * An http or https address in one spelling, so that rules compare like with like.
 *
 * @param scheme {@code http} or {@code https}
 * @param host a lower-case name without the last dot, or an address (IPv6 in canonical form, without brackets)
 * @param port never 0: the scheme's own where none was given
 * @param path starts with a slash, still percent-encoded
 * @param query without its question mark, percent-encoded; null is none
 */
public record SourceUrl(
        String scheme,
        String host,
        int port,
        String path,
        @Nullable String query) {
    private static final int MAX_LENGTH = 4096;
    private static final Pattern NAME = Pattern.compile("[a-z0-9_-]{1,63}(\\.[a-z0-9_-]{1,63})*");
    private static final Pattern NUMBER = Pattern.compile("[0-9]+|0[xX][0-9a-fA-F]*");

    /** Refuses other schemes, user names and passwords in the address, fragments, and hosts that are not plain names. */
    public static SourceUrl parse(String text) throws SourceException {
        try {
            if (text.length() > MAX_LENGTH) {
                throw invalid("the url is too long");
            }
            return of(new URI(text));
        } catch (URISyntaxException e) {
            throw invalid("the url cannot be read");
        }
    }

    /** The address that a {@code Location} header names, relative to this one. */
    public SourceUrl resolve(String location) throws SourceException {
        try {
            return of(new URI(toString()).resolve(new URI(location)));
        } catch (URISyntaxException e) {
            throw invalid("a redirect leads to a url that cannot be read");
        }
    }

    private static SourceUrl of(URI uri) throws SourceException {
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("https") && !scheme.equals("http")) {
            throw invalid("the url must start with https://");
        }
        if (uri.getRawUserInfo() != null) {
            throw invalid("the url must not hold a user name or password");
        }
        if (uri.getRawFragment() != null || uri.getHost() == null || uri.getPort() == 0 || uri.getPort() > 65535) {
            throw invalid("the url is not of the form https://host/path");
        }
        URI ascii = URI.create(uri.toASCIIString());
        String path = ascii.getRawPath().isEmpty() ? "/" : ascii.getRawPath();
        int port = uri.getPort() < 0 ? (scheme.equals("https") ? 443 : 80) : uri.getPort();
        return new SourceUrl(scheme, host(uri.getHost()), port, path, ascii.getRawQuery());
    }

    private static String host(String written) throws SourceException {
        if (written.startsWith("[")) {
            if (written.contains("%")) {
                throw invalid("the url's host cannot be used");
            }
            try {
                // A bracketed literal is never looked up.
                return InetAddress.getByName(written).getHostAddress();
            } catch (UnknownHostException e) {
                throw invalid("the url's host cannot be used");
            }
        }
        String name = written.toLowerCase(Locale.ROOT);
        name = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        if (name.length() > 253 || !NAME.matcher(name).matches()) {
            throw invalid("the url's host cannot be used");
        }
        return name;
    }

    /**
     * Whether the host is written as a number in any of the forms that resolvers take for an address: dotted, short,
     * decimal, octal, hex (WHATWG URL, "ends in a number"), or IPv6.
     */
    boolean numericHost() {
        return host.contains(":")
                || NUMBER.matcher(host.substring(host.lastIndexOf('.') + 1)).matches();
    }

    public boolean isHttps() {
        return scheme.equals("https");
    }

    /** Same scheme, host and port: the reach of a credential. */
    public boolean sameOrigin(SourceUrl other) {
        return scheme.equals(other.scheme) && host.equals(other.host) && port == other.port;
    }

    /** {@code host} or {@code host:port} as it stands in a Host header. */
    String authority() {
        String bracketed = host.contains(":") ? "[" + host + "]" : host;
        return port == (isHttps() ? 443 : 80) ? bracketed : bracketed + ":" + port;
    }

    /** For logs: without the query, which may be a signature. */
    public String display() {
        return scheme + "://" + authority() + path;
    }

    /** What is asked of the host. */
    String target() {
        return query == null ? path : path + "?" + query;
    }

    @Override
    public String toString() {
        return scheme + "://" + authority() + target();
    }

    private static SourceException invalid(String message) {
        return new SourceException(Code.SOURCE_INVALID, message);
    }
}
