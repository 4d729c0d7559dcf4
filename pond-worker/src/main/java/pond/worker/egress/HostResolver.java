package pond.worker.egress;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Finds the addresses of a name. Called from several threads. */
@FunctionalInterface
public interface HostResolver {

    /** The machine's own way. */
    HostResolver SYSTEM = name -> List.of(InetAddress.getAllByName(name));

    /** All addresses, in the order in which they should be tried. */
    List<InetAddress> resolve(String name) throws UnknownHostException;
}
