package pond.server;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import pond.server.config.ServerConfig;
import pond.server.db.Database;
import pond.server.db.DatabaseConfig;
import pond.server.db.StateDir;
import pond.server.http.ReadyCheck;

/**
 * Where everything is kept: the state folder and the two databases in it.
 *
 * @param completions where the futures of writes complete
 */
record Storage(StateDir state, Database database, Database logDatabase, ExecutorService completions) {
    private static final Duration BUSY = Duration.ofSeconds(5);

    /** Locks the folder, opens the databases and brings them to the newest schema. */
    static Storage open(ServerConfig config, InstantSource clock, Closing closing) throws IOException {
        StateDir state = closing.add(StateDir.forServer(config.stateDir()));
        Database.unpackNativeLibraryInto(state.tmp());
        Schema.prepareUpgrade(state, config.upgradeCopy(), clock);
        ExecutorService completions = completions(closing);
        Database database =
                closing.add(Database.open(DatabaseConfig.of("pond", state.pondDb()), Schema.pond(clock), completions));
        Database logDatabase =
                closing.add(Database.open(DatabaseConfig.of("logs", state.logsDb()), Schema.logs(clock), completions));
        return new Storage(state, database, logDatabase, completions);
    }

    /** What must hold for the server to be well. */
    List<ReadyCheck> checks() {
        return List.of(
                new ReadyCheck("database", () -> slowness(database)),
                new ReadyCheck("logs", () -> slowness(logDatabase)));
    }

    private static Optional<String> slowness(Database database) {
        return database.load().oldest().compareTo(BUSY) > 0
                ? Optional.of("writes have been waiting for more than " + BUSY.toSeconds() + " seconds")
                : Optional.empty();
    }

    /** Bounded by the writes under way; closed last, so that none is left hanging. */
    private static ExecutorService completions(Closing closing) {
        AtomicInteger number = new AtomicInteger();
        ExecutorService completions = Executors.newFixedThreadPool(2, task -> {
            Thread thread = new Thread(task, "pond-completions-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        closing.add(completions::shutdown);
        return completions;
    }
}
