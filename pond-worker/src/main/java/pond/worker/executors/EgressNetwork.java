package pond.worker.executors;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import pond.worker.egress.Door;
import pond.worker.egress.Egress;
import pond.worker.egress.ProxyEnvironment;
import pond.worker.egress.relay.Relay;
import pond.worker.sandbox.bubblewrap.SandboxPaths;

/** The worker's own proxy as the way of stages to the network: a socket for each stage, and a relay inside its sandbox. */
public final class EgressNetwork implements StageNetwork {
    private final SocketFolders folders;
    private final Function<OptionalInt, Egress> egress;
    private final Supplier<OptionalInt> uid;
    private final Relay relay;
    private final ProxyEnvironment environment = ProxyEnvironment.at(SandboxPaths.EGRESS_PORT);

    /**
     * Sockets of an earlier worker are removed.
     *
     * @param folder for the sockets; a short path, since a socket's may have about a hundred bytes
     * @param egress the proxy that gives its sockets to a user, or keeps them
     * @param uid whom stages run as where that is not the worker's own user; asked for each stage
     */
    public EgressNetwork(Path folder, Function<OptionalInt, Egress> egress, Supplier<OptionalInt> uid, Relay relay)
            throws IOException {
        this.folders = new SocketFolders(folder);
        this.egress = egress;
        this.uid = uid;
        this.relay = relay;
    }

    @Override
    public Way open(List<String> allowHosts, Path home, Consumer<String> log) throws IOException {
        for (Map.Entry<String, String> file : environment.homeFiles().entrySet()) {
            Path target = home.resolve(file.getKey());
            Files.createDirectories(target.getParent());
            Files.writeString(target, file.getValue());
        }
        Path sockets = folders.make();
        try {
            Door door = egress.apply(uid.get()).open(allowHosts, sockets, log);
            return new ProxyWay(door, sockets, relay, environment);
        } catch (IOException | RuntimeException e) {
            SocketFolders.remove(sockets);
            throw e;
        }
    }

    private record ProxyWay(Door door, Path sockets, Relay relay, ProxyEnvironment environment) implements Way {
        @Override
        public Path socket() {
            return door.socket();
        }

        @Override
        public Map<String, String> variables() {
            return environment.variables();
        }

        @Override
        public List<String> wrap(List<String> command) {
            return relay.wrap(command, new TreeMap<>(Map.of(SandboxPaths.EGRESS_PORT, SandboxPaths.EGRESS_SOCKET)));
        }

        @Override
        public List<String> refused() {
            return door.refused();
        }

        @Override
        public void close() throws IOException {
            door.close();
            SocketFolders.remove(sockets);
        }
    }
}
