package pond.server.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** Where is measured, and with what: what all parts share. It remembers the servers that it has started. */
final class Site {
    /** Settings of a server that leaves all stages to workers outside. */
    static final Map<String, String> NOTHING_LOCAL = Map.of("POND_LOCAL_EXECUTORS", "");

    private final Path root;
    private final Path folder;
    private final ColdStart starts;
    private final Report report;
    private final List<Server> servers = new CopyOnWriteArrayList<>();

    /**
     * @param root the folder of the clone
     * @param folder for state, on the disk to measure
     */
    Site(Path root, Path folder, Report report) {
        this.root = root;
        this.folder = folder;
        this.starts = new ColdStart(root, folder);
        this.report = report;
    }

    Report report() {
        return report;
    }

    ColdStart starts() {
        return starts;
    }

    /** Where a state folder of this name is, or would be. */
    Path state(String name) {
        return folder.resolve(name);
    }

    Machine limits() throws Exception {
        return Machine.measure(folder);
    }

    Server server(String state) throws IOException {
        return server(state, Map.of());
    }

    Server server(String state, Map<String, String> settings) throws IOException {
        return server(state, settings, 0);
    }

    /** On a port that is known, such as that of a server that has ended. */
    Server server(String state, Map<String, String> settings, int port) throws IOException {
        Server server = starts.script(state(state), settings, port);
        servers.add(server);
        return server;
    }

    WorkerProcess worker(Server server, String state, int slots) throws Exception {
        return WorkerProcess.start(root, server, state(state), slots);
    }

    /** Lines of trouble in the logs of all servers so far. */
    int trouble() {
        return servers.stream().mapToInt(Server::trouble).sum();
    }
}
