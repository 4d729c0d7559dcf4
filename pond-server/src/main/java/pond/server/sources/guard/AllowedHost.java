package pond.server.sources.guard;

import java.util.ArrayList;
import java.util.List;

/**
 * One host of {@code POND_SOURCE_ALLOWED_HOSTS}.
 *
 * @param host a lower-case name, or an address in its canonical form (IPv6 without brackets)
 * @param port 0 is any port
 */
public record AllowedHost(String host, int port) {

    /**
     * Reads {@code host} or {@code host:port}, several divided by commas or spaces; IPv6 addresses stand in brackets.
     *
     * @throws IllegalArgumentException naming the entry that cannot be read
     */
    public static List<AllowedHost> parseList(String text) {
        var hosts = new ArrayList<AllowedHost>();
        for (String entry : text.trim().split("[\\s,]+", -1)) {
            if (!entry.isEmpty()) {
                hosts.add(parse(entry));
            }
        }
        return List.copyOf(hosts);
    }

    private static AllowedHost parse(String entry) {
        try {
            // The port of the scheme is never taken: without one, the entry is for any port.
            var url = SourceUrl.parse("https://" + entry + "/");
            boolean anyPort = !entry.matches(".*:[0-9]+");
            return new AllowedHost(url.host(), anyPort || entry.endsWith("]") ? 0 : url.port());
        } catch (SourceException e) {
            throw new IllegalArgumentException("not a host or host:port: '" + entry + "'", e);
        }
    }

    boolean covers(SourceUrl url) {
        return host.equals(url.host()) && (port == 0 || port == url.port());
    }
}
