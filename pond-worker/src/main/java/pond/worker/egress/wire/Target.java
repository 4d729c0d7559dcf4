package pond.worker.egress.wire;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A host by name, in lower case and without a dot at its end, and a port. A number in any spelling is no host: clients,
 * Java and libc disagree on what {@code 0177.0.0.1} is, so none of them is asked.
 */
public record Target(String host, int port) {
    private static final int MAX_NAME = 253;
    private static final Pattern NAME = Pattern.compile("[a-z0-9_-]{1,63}(\\.[a-z0-9_-]{1,63})*+");
    private static final Pattern NUMBER = Pattern.compile("(.*\\.)?(0x[0-9a-f]*|[0-9]+)");
    private static final Pattern PORT = Pattern.compile("[1-9][0-9]{0,4}");

    /** Reads {@code host:port}. */
    static Target parse(String authority) throws Denied {
        int colon = authority.lastIndexOf(':');
        if (colon < 0 || authority.endsWith("]")) {
            hostName(authority, authority);
            throw Denied.malformed(authority, "a port is missing");
        }
        String host = hostName(authority.substring(0, colon), authority);
        return new Target(host, port(authority.substring(colon + 1), authority));
    }

    /** Reads {@code host} or {@code host:port}. */
    public static Target parse(String authority, int defaultPort) throws Denied {
        boolean ported = authority.indexOf(':') >= 0 && !authority.endsWith("]");
        return ported ? parse(authority) : new Target(hostName(authority, authority), defaultPort);
    }

    /** A host's name in the one form in which names are compared. */
    public static String hostName(String text) throws Denied {
        return hostName(text, text);
    }

    private static String hostName(String text, String subject) throws Denied {
        if (text.indexOf('@') >= 0) {
            // What stands before the sign is often a password.
            throw Denied.malformed(subject.substring(subject.lastIndexOf('@') + 1), "a host has no user name");
        }
        String name = text.toLowerCase(Locale.ROOT);
        name = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        if (name.startsWith("[")
                || (name.length() <= MAX_NAME && NUMBER.matcher(name).matches())) {
            throw Denied.malformed(subject, "hosts are named, never given as an address");
        }
        if (name.length() > MAX_NAME || !NAME.matcher(name).matches()) {
            throw Denied.malformed(subject, "not the name of a host");
        }
        return name;
    }

    private static int port(String text, String subject) throws Denied {
        int port = PORT.matcher(text).matches() ? Integer.parseInt(text) : 0;
        if (port < 1 || port > 65_535) {
            throw Denied.malformed(subject, "not a port");
        }
        return port;
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
