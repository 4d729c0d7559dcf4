package pond.server.sources.guard;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Turns a name into addresses. {@code InetAddress} in the server; names that change their mind in tests. */
@FunctionalInterface
public interface HostResolver {

    /** All addresses of a name, at least one. Called once for each connection. */
    List<InetAddress> resolve(String name) throws UnknownHostException;

    /** What this machine's own resolver says. */
    static HostResolver system() {
        return name -> List.of(InetAddress.getAllByName(name));
    }
}
