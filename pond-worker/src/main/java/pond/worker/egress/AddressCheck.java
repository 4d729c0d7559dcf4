package pond.worker.egress;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.List;
import pond.common.net.AddressBlocks;
import pond.common.net.AddressBlocks.Reach;
import pond.common.net.AddressRange;
import pond.worker.egress.wire.Denied;
import pond.worker.egress.wire.Target;

/**
 * Looks a name up once and judges every address that it has. The caller connects to an address returned here and never
 * asks again, so a name that changes its mind gains nothing. What a stage allows itself has no say here. Safe for use
 * by several threads.
 */
final class AddressCheck {
    private final List<AddressRange> openRanges;
    private final HostResolver resolver;

    AddressCheck(List<AddressRange> openRanges, HostResolver resolver) {
        this.openRanges = openRanges;
        this.resolver = resolver;
    }

    /**
     * The addresses that a connection may go to.
     *
     * @throws Denied when one of them must not be reached, even if others may
     */
    List<InetAddress> vet(Target target) throws Denied, UnknownHostException {
        List<InetAddress> addresses = List.copyOf(resolver.resolve(target.host()));
        if (addresses.isEmpty()) {
            throw new UnknownHostException(target.host());
        }
        for (InetAddress address : addresses) {
            Reach reach = AddressBlocks.reachOf(address);
            if (reach == Reach.NEVER) {
                throw Denied.forbidden(target, "it has a link-local or metadata address, which nobody may reach");
            }
            boolean open = openRanges.stream().anyMatch(range -> range.holds(address));
            if (!open && (reach == Reach.PRIVATE || isOurs(address, target))) {
                throw Denied.forbidden(
                        target,
                        "it has a private address",
                        "only the worker's operator can open its range, with --egress-allow-cidr");
            }
        }
        return addresses;
    }

    /** A public address of this very machine reaches services that a firewall hides from the outside. */
    private static boolean isOurs(InetAddress address, Target target) throws Denied {
        try {
            return NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException e) {
            throw Denied.forbidden(target, "its address cannot be checked: " + e.getMessage());
        }
    }
}
