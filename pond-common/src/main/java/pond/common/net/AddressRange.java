package pond.common.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.regex.Pattern;

/** All addresses that begin with the same bits, as in {@code 10.0.0.0/8} or {@code fd00::/8}. Immutable. */
public final class AddressRange {
    private static final String BYTE = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
    private static final Pattern DOTTED = Pattern.compile(BYTE + "(\\." + BYTE + "){3}");
    private static final Pattern COLONS = Pattern.compile("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");
    private static final Pattern BITS = Pattern.compile("0|[1-9][0-9]{0,2}");

    private final String text;
    private final byte[] prefix;
    private final int bits;

    private AddressRange(String text, byte[] prefix, int bits) {
        this.text = text;
        this.prefix = prefix;
        this.bits = bits;
    }

    /**
     * Reads an address, a slash and a number of bits; asks no resolver.
     *
     * @throws IllegalArgumentException for anything else, also when the address has bits beyond the prefix
     */
    public static AddressRange parse(String cidr) {
        int slash = cidr.indexOf('/');
        String address = slash < 0 ? "" : cidr.substring(0, slash);
        String length = cidr.substring(slash + 1);
        // Only what is surely an address may reach getByName, which looks up everything else.
        boolean written = DOTTED.matcher(address).matches()
                || (address.length() <= 45 && COLONS.matcher(address).matches());
        if (!written || !BITS.matcher(length).matches()) {
            throw unreadable(cidr, "wants a form like 10.0.0.0/8 or fd00::/8");
        }
        byte[] prefix = bytes(address, cidr);
        int bits = Integer.parseInt(length);
        if (bits > prefix.length * 8) {
            throw unreadable(cidr, "has more bits than an address");
        }
        for (int bit = bits; bit < prefix.length * 8; bit++) {
            if ((prefix[bit / 8] >> (7 - bit % 8) & 1) != 0) {
                throw unreadable(cidr, "has bits set beyond its first " + bits);
            }
        }
        return new AddressRange(cidr, prefix, bits);
    }

    /** IPv6 that Java would turn into IPv4 keeps its sixteen bytes. */
    private static byte[] bytes(String address, String cidr) {
        byte[] bytes;
        try {
            bytes = InetAddress.getByName(address).getAddress();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("address range '" + cidr + "' is not an address", e);
        }
        if (!address.contains(":") || bytes.length == 16) {
            return bytes;
        }
        byte[] mapped = new byte[16];
        mapped[10] = mapped[11] = (byte) 0xff;
        System.arraycopy(bytes, 0, mapped, 12, 4);
        return mapped;
    }

    /** Whether the address, of the same IP version, is one of these. */
    public boolean holds(InetAddress address) {
        return holds(address.getAddress());
    }

    boolean holds(byte[] address) {
        if (address.length != prefix.length) {
            return false;
        }
        int whole = bits / 8;
        int mask = 0xff00 >> (bits % 8) & 0xff;
        return Arrays.equals(address, 0, whole, prefix, 0, whole)
                && (mask == 0 || ((address[whole] ^ prefix[whole]) & mask) == 0);
    }

    private static IllegalArgumentException unreadable(String cidr, String reason) {
        return new IllegalArgumentException("address range '" + cidr + "' " + reason);
    }

    @Override
    public String toString() {
        return text;
    }
}
