package pond.server.sources.guard;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.regex.Pattern;
import pond.common.net.AddressBlocks;
import pond.common.net.AddressBlocks.Reach;
import pond.server.sources.guard.SourceException.Code;

/**
 * Which addresses the server may be led to by what somebody submitted. A name is looked up once and every address that
 * it has must pass; the caller connects to one of the addresses returned here and never asks again, so a name that
 * changes its mind gains nothing. Hosts that the operator lists may be private, written as a number and served over
 * plain http; link-local and metadata addresses are refused even then. Safe for use by several threads.
 */
public final class AddressRules {
    private static final String BYTE = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
    private static final Pattern DOTTED = Pattern.compile(BYTE + "(\\." + BYTE + "){3}");

    private final List<AllowedHost> allowed;
    private final HostResolver resolver;

    public AddressRules(List<AllowedHost> allowed, HostResolver resolver) {
        this.allowed = List.copyOf(allowed);
        this.resolver = resolver;
    }

    /** The addresses that a connection for this url may go to, in the resolver's order. */
    public List<InetAddress> vet(SourceUrl url) throws SourceException {
        boolean listed = vetSpelling(url);
        var addresses = resolve(url);
        check(addresses, listed);
        return addresses;
    }

    /**
     * What can be said before a name is looked up, with the same refusals: of the scheme, and of a host that is an address.
     */
    public void vetWritten(SourceUrl url) throws SourceException {
        boolean listed = vetSpelling(url);
        if (url.numericHost()) {
            check(resolve(url), listed);
        }
    }

    /** Whether the operator lists the host. */
    private boolean vetSpelling(SourceUrl url) throws SourceException {
        boolean listed = allowed.stream().anyMatch(host -> host.covers(url));
        if (!url.isHttps() && !listed) {
            throw refused("plain http is only for hosts that this server's operator allows");
        }
        if (url.numericHost() && !listed) {
            throw refused("a host must be a name, not an address");
        }
        return listed;
    }

    private static void check(List<InetAddress> addresses, boolean listed) throws SourceException {
        for (var address : addresses) {
            var reach = AddressBlocks.reachOf(address);
            if (reach == Reach.NEVER || (!listed && (reach == Reach.PRIVATE || isOurs(address)))) {
                throw refused("the host's address is not one that this server may connect to");
            }
        }
    }

    private List<InetAddress> resolve(SourceUrl url) throws SourceException {
        try {
            if (!url.numericHost()) {
                return List.copyOf(resolver.resolve(url.host()));
            }
            // Libraries disagree on octal and short forms: only the one spelling that all read alike.
            if (!url.host().contains(":") && !DOTTED.matcher(url.host()).matches()) {
                throw refused("an address must be written with four decimal numbers");
            }
            return List.of(InetAddress.getByName(url.host()));
        } catch (UnknownHostException e) {
            throw new SourceException(Code.SOURCE_UNREACHABLE, "the host's name has no address", e);
        }
    }

    /** A public address of this very machine reaches services that a firewall hides from the outside. */
    private static boolean isOurs(InetAddress address) throws SourceException {
        try {
            return NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException e) {
            throw new SourceException(Code.SOURCE_REFUSED, "the host's address cannot be checked", e);
        }
    }

    private static SourceException refused(String message) {
        return new SourceException(Code.SOURCE_REFUSED, message);
    }
}
