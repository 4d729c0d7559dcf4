package pond.server.limits;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import pond.common.net.AddressRange;

/**
 * From where a call comes, as far as it can be believed. What proxies say of it counts only where the proxy is one of the
 * operator's: anybody can write a header. Immutable.
 */
public final class ClientAddresses {
    private static final String BYTE = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
    private static final Pattern IP4 = Pattern.compile(BYTE + "(?:\\." + BYTE + "){3}");
    private static final Pattern IP6 = Pattern.compile("[0-9a-fA-F:.]{2,45}");
    private static final Pattern IP4_PORT = Pattern.compile("(" + IP4.pattern() + "):[0-9]{1,5}");
    private static final Pattern IP6_BRACKETS = Pattern.compile("\\[(" + IP6.pattern() + ")](?::[0-9]{1,5})?");
    private static final int IP6_NETWORK_BYTES = 8;
    /** More hops than any chain of proxies has; the rest of a longer header is somebody's invention. */
    private static final int MAX_HOPS = 20;

    private final List<AddressRange> trusted;

    /** @param trusted the addresses of the operator's proxies */
    public ClientAddresses(List<AddressRange> trusted) {
        this.trusted = List.copyOf(trusted);
    }

    /**
     * The caller's address, or of IPv6 its network of 64 bits, which one machine can change its addresses in. Asks no
     * resolver.
     *
     * @param peer the other end of the connection, as digits
     * @param forwarded the {@code X-Forwarded-For} headers, in their order; the last address is the nearest
     */
    public String of(String peer, List<String> forwarded) {
        Optional<InetAddress> nearest = parse(peer);
        if (nearest.isEmpty() || !isTrusted(nearest.get())) {
            return nearest.map(ClientAddresses::key).orElse(peer);
        }
        InetAddress seen = nearest.get();
        String[] hops = String.join(",", forwarded).split(",", -1);
        for (int i = hops.length - 1; i >= Math.max(0, hops.length - MAX_HOPS); i--) {
            Optional<InetAddress> hop = parse(hops[i].strip());
            if (hop.isEmpty()) {
                break;
            }
            seen = hop.get();
            if (!isTrusted(seen)) {
                break;
            }
        }
        return key(seen);
    }

    private boolean isTrusted(InetAddress address) {
        return trusted.stream().anyMatch(range -> range.holds(address));
    }

    private static String key(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (bytes.length == 4) {
            return address.getHostAddress();
        }
        StringBuilder network = new StringBuilder();
        for (int i = 0; i < IP6_NETWORK_BYTES; i += 2) {
            network.append(Integer.toHexString(((bytes[i] & 0xff) << 8) | (bytes[i + 1] & 0xff)))
                    .append(':');
        }
        return network.append(":/64").toString();
    }

    /** Empty for what is no address; a name is never looked up. */
    private static Optional<InetAddress> parse(String text) {
        String address = IP4_PORT.matcher(text).replaceFirst("$1");
        address = IP6_BRACKETS.matcher(address).replaceFirst("$1");
        boolean digits = IP4.matcher(address).matches()
                || (address.contains(":") && IP6.matcher(address).matches());
        if (!digits) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.getByName(address));
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }
}
