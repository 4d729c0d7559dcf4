package pond.common.net;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;

/**
 * Which addresses are open to everyone, which only where the operator says so, and which to nobody. The private
 * ones are IANA's special-purpose registries for IPv4 and IPv6 (RFC 6890 and its successors) and multicast; the
 * forbidden ones are where a machine learns about itself, as the cloud providers document them.
 */
public final class AddressBlocks {

    /** How far an address is open. */
    public enum Reach {
        PUBLIC,
        PRIVATE,
        NEVER
    }

    private static final List<AddressRange> NEVER = blocks(
            "0.0.0.0/8", // this network, RFC 791; Linux connects to itself
            "169.254.0.0/16", // link-local, RFC 3927; 169.254.169.254 and .170.2 are metadata on most clouds
            "100.100.100.200/32", // Alibaba Cloud metadata
            "168.63.129.16/32", // Azure host agent
            "192.0.0.192/32", // Oracle Cloud metadata of older shapes
            "224.0.0.0/4", // multicast, RFC 5771
            "240.0.0.0/4", // reserved and broadcast, RFC 1112 and RFC 919
            "::/128", // unspecified, RFC 4291
            "fe80::/10", // link-local, RFC 4291
            "fd00:ec2::/32", // AWS metadata, name and time services
            "fd20:ce::254/128", // Google Cloud metadata
            "ff00::/8"); // multicast, RFC 4291

    private static final List<AddressRange> PRIVATE = blocks(
            "10.0.0.0/8", // RFC 1918
            "100.64.0.0/10", // shared between carrier and customer, RFC 6598
            "127.0.0.0/8", // loopback, RFC 1122
            "172.16.0.0/12", // RFC 1918
            "192.0.0.0/24", // protocol assignments, RFC 6890
            "192.0.2.0/24", // documentation, RFC 5737
            "192.88.99.0/24", // 6to4 relays, RFC 7526
            "192.168.0.0/16", // RFC 1918
            "198.18.0.0/15", // benchmarks, RFC 2544
            "198.51.100.0/24", // documentation, RFC 5737
            "203.0.113.0/24", // documentation, RFC 5737
            "::/96", // loopback and IPv4-compatible, RFC 4291
            "::ffff:0:0/96", // IPv4-mapped, RFC 4291; Java unwraps these, a resolver of another kind may not
            "64:ff9b::/96", // NAT64, RFC 6052
            "64:ff9b:1::/48", // local NAT64, RFC 8215
            "100::/64", // discard, RFC 6666
            "2001::/23", // protocol assignments with Teredo, RFC 2928
            "2001:db8::/32", // documentation, RFC 3849
            "2002::/16", // 6to4, RFC 3056
            "3fff::/20", // documentation, RFC 9637
            "5f00::/16", // segment routing, RFC 9602
            "fc00::/7", // unique local, RFC 4193
            "fec0::/10"); // site-local, RFC 3879

    private AddressBlocks() {}

    /** The stricter of what the address says and what an IPv4 address inside of it says. */
    public static Reach reachOf(InetAddress address) {
        byte[] bytes = address.getAddress();
        var outer = reachOf(bytes);
        var inner = bytes.length == 16 ? reachOf(embedded(bytes)) : Reach.PUBLIC;
        return outer.compareTo(inner) >= 0 ? outer : inner;
    }

    private static Reach reachOf(byte[] bytes) {
        if (NEVER.stream().anyMatch(block -> block.holds(bytes))) {
            return Reach.NEVER;
        }
        return PRIVATE.stream().anyMatch(block -> block.holds(bytes)) ? Reach.PRIVATE : Reach.PUBLIC;
    }

    /** The IPv4 address that a mapped, compatible, NAT64 or 6to4 address leads to, else the address itself. */
    private static byte[] embedded(byte[] bytes) {
        if (bytes[0] == 0x20 && bytes[1] == 0x02) {
            return Arrays.copyOfRange(bytes, 2, 6);
        }
        boolean nat64 = bytes[0] == 0 && bytes[1] == 0x64 && (bytes[2] & 0xff) == 0xff && (bytes[3] & 0xff) == 0x9b;
        boolean zeros = true;
        for (int i = 0; i < 10; i++) {
            zeros &= bytes[i] == 0;
        }
        boolean loopback = zeros && Arrays.equals(bytes, 10, 15, new byte[5], 0, 5);
        return nat64 || (zeros && !loopback) ? Arrays.copyOfRange(bytes, 12, 16) : bytes;
    }

    private static List<AddressRange> blocks(String... cidrs) {
        return Arrays.stream(cidrs).map(AddressRange::parse).toList();
    }
}
