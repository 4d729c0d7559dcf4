package pond.worker.egress;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The egress of a worker: every stage gets a listener, a list and a ledger of its own. */
public final class EgressProxy implements Egress {
    private static final String SOCKET = "egress.sock";

    /** The kernel's field for a socket's path has 108 bytes, of which Java leaves two alone. */
    private static final int MAX_PATH = 106;

    /** Clients beyond the open connections wait here. */
    private static final int BACKLOG = 128;

    private final EgressRules rules;
    private final AddressCheck addresses;

    /**
     * Holds no resources; they belong to the doors.
     *
     * @throws IllegalArgumentException for a built-in host that cannot be read
     */
    public EgressProxy(EgressRules rules, HostResolver resolver) {
        AllowList.of(rules.builtIn());
        this.rules = rules;
        this.addresses = new AddressCheck(rules.openRanges(), resolver);
    }

    @Override
    public Door open(List<String> allowHosts, Path socketFolder, Consumer<String> log) throws IOException {
        AllowList allowed = AllowList.of(
                Stream.concat(rules.builtIn().stream(), allowHosts.stream()).toList());
        Path socket = socketFolder.toAbsolutePath().resolve(SOCKET);
        int length = socket.toString().getBytes(StandardCharsets.UTF_8).length;
        if (length > MAX_PATH) {
            throw new IOException(
                    "a socket's path may have " + MAX_PATH + " bytes, this one has " + length + ": " + socket);
        }
        makeFolder(socket.resolveSibling(""));
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            listener.bind(UnixDomainSocketAddress.of(socket), BACKLOG);
            handOver(socket);
        } catch (IOException e) {
            listener.close();
            throw new IOException("the socket of the egress cannot be made: " + socket, e);
        }
        Ledger ledger = new Ledger(log, rules.limits().bytes());
        return new ProxyDoor(socket, listener, new Policy(allowed, addresses, rules.limits()), ledger);
    }

    /** May be passed through, not listed: a stage that sees its own folder sees nobody else's. */
    private static void makeFolder(Path folder) throws IOException {
        try {
            Files.createDirectory(folder);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(folder)) {
                throw e;
            }
            return;
        }
        // Not as an attribute of its creation, which the umask would cut.
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
    }

    /** Nobody but the stage's user can connect: for a stage that runs as the worker's own, that is the worker's. */
    private void handOver(Path socket) throws IOException {
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
        if (rules.sandboxUid().isPresent()) {
            Files.setAttribute(socket, "unix:uid", rules.sandboxUid().getAsInt());
        }
    }
}
