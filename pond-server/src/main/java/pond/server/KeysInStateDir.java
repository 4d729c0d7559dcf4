package pond.server;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import pond.server.audit.AuditLog;
import pond.server.cli.keys.Keys;
import pond.server.db.Database;
import pond.server.db.DatabaseConfig;
import pond.server.db.StateDir;
import pond.server.keys.KeyService;

/**
 * The keys of a state folder for the command line. It takes no lock: a server may be running on the folder, and SQLite
 * has each of the two wait for the other's transactions. A schema that is behind is brought up to date, as a start of
 * the server would.
 */
final class KeysInStateDir implements Keys {
    private final StateDir folder;
    private final Database database;
    private final ExecutorService completions;
    private final KeyService service;

    private KeysInStateDir(StateDir folder, Database database, ExecutorService completions, InstantSource clock) {
        this.folder = folder;
        this.database = database;
        this.completions = completions;
        this.service = new KeyService(database, new AuditLog(database, clock), clock);
    }

    static KeysInStateDir open(Path path, InstantSource clock) throws IOException {
        StateDir folder = StateDir.forTool(path);
        Database.unpackNativeLibraryInto(folder.tmp());
        ExecutorService completions = Executors.newSingleThreadExecutor(work -> {
            Thread thread = new Thread(work, "pond-keys-1");
            thread.setDaemon(true);
            return thread;
        });
        try {
            Schema.prepareUpgrade(folder, true, clock);
            DatabaseConfig config = DatabaseConfig.of("pond", folder.pondDb());
            return new KeysInStateDir(
                    folder, Database.open(config, Schema.pond(clock), completions), completions, clock);
        } catch (IOException | RuntimeException e) {
            completions.shutdown();
            folder.close();
            throw e;
        }
    }

    @Override
    public KeyService service() {
        return service;
    }

    @Override
    public void close() {
        database.close();
        completions.shutdown();
        folder.close();
    }
}
