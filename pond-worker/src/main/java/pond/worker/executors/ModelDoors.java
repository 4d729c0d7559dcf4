package pond.worker.executors;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import pond.worker.broker.Broker;
import pond.worker.broker.BrokerDoor;
import pond.worker.broker.BrokerJob;
import pond.worker.broker.BrokerRefused;
import pond.worker.broker.UsageSink;
import pond.worker.egress.relay.Relay;
import pond.worker.sandbox.bubblewrap.SandboxPaths;

/** The broker as agents reach it: a socket for each job, and a relay inside its sandbox. Threads may share it. */
public final class ModelDoors {
    /** Where an agent finds its model. */
    static final String URL = "http://127.0.0.1:" + SandboxPaths.BROKER_PORT;

    private final SocketFolders folders;
    private final Broker broker;
    private final Supplier<OptionalInt> uid;
    private final Relay relay;

    /**
     * Sockets of an earlier worker are removed.
     *
     * @param folder for the sockets; a short path, since a socket's may have about a hundred bytes
     * @param uid whom stages run as where that is not the worker's own user; asked for each job
     */
    public ModelDoors(Path folder, Broker broker, Supplier<OptionalInt> uid, Relay relay) throws IOException {
        this.folders = new SocketFolders(folder);
        this.broker = broker;
        this.uid = uid;
        this.relay = relay;
    }

    /** Opens one job's; parameters as those of {@link Broker#open}. */
    Opened open(BrokerJob job, UsageSink sink, Consumer<String> log) throws BrokerRefused, IOException {
        Path folder = folders.make();
        try {
            BrokerDoor door = broker.open(job, folder, sink, log);
            try {
                OptionalInt user = uid.get();
                if (user.isPresent()) {
                    Files.setAttribute(door.socket(), "unix:uid", user.getAsInt());
                }
                return new Opened(door, folder, relay);
            } catch (IOException | RuntimeException e) {
                door.close();
                throw e;
            }
        } catch (IOException | BrokerRefused | RuntimeException e) {
            SocketFolders.remove(folder);
            throw e;
        }
    }

    /** One job's door, until it is closed. */
    record Opened(BrokerDoor door, Path folder, Relay relay) implements AutoCloseable {
        /** The command with what leads the broker's port inside to its socket before it. */
        List<String> wrap(List<String> command) {
            return relay.wrap(command, new TreeMap<>(Map.of(SandboxPaths.BROKER_PORT, SandboxPaths.BROKER_SOCKET)));
        }

        @Override
        public void close() throws IOException {
            door.close();
            SocketFolders.remove(folder);
        }
    }
}
