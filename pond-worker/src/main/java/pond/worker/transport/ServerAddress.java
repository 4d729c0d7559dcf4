package pond.worker.transport;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/** Where a server is: {@code http(s)://host[:port][/path]}, without a slash at the end; the path is that of a proxy. */
public record ServerAddress(String url) {
    private static final String FORM = "takes a URL such as https://pond.example.com";

    /**
     * Reads what an operator wrote.
     *
     * @param insecureHttp whether plain http may leave this machine
     * @throws IllegalArgumentException with one line for the operator
     */
    public static ServerAddress of(String text, boolean insecureHttp) {
        URI uri = parsed(text.strip());
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (uri.getRawUserInfo() != null) {
            throw new IllegalArgumentException(FORM + ", without a user or password in it");
        }
        if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
            throw new IllegalArgumentException(FORM + ", without a query or fragment");
        }
        if (!(scheme.equals("http") || scheme.equals("https")) || uri.getHost() == null || uri.getPort() > 65_535) {
            throw new IllegalArgumentException(FORM);
        }
        String host = uri.getHost().toLowerCase(Locale.ROOT);
        if (scheme.equals("http") && !isLoopback(host) && !insecureHttp) {
            throw new IllegalArgumentException(
                    "would send the worker's bearer in the clear to " + host + "; use https, or give --insecure-http");
        }
        String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
        return new ServerAddress(scheme + "://" + host + port + path(uri));
    }

    /** The whole URL of a path that begins with a slash. */
    String at(String path) {
        return url + path;
    }

    @Override
    public String toString() {
        return url;
    }

    private static URI parsed(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            // The text may hold a password, so it is not repeated.
            throw new IllegalArgumentException(FORM, e);
        }
    }

    private static String path(URI uri) {
        String path = uri.getRawPath() == null ? "" : uri.getRawPath();
        return path.replaceFirst("/+$", "");
    }

    /** Names are not resolved: what "localhost." or another name of this machine means is up to its resolver. */
    private static boolean isLoopback(String host) {
        return host.equals("localhost") || host.matches("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}") || host.equals("[::1]");
    }
}
