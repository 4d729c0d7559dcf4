package pond.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.InstantSource;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import pond.server.audit.Actor;
import pond.server.audit.AuditLog;
import pond.server.config.SourceKeyFile;
import pond.server.credentials.Credentials;
import pond.server.db.Database;
import pond.server.db.DatabaseConfig;
import pond.server.db.StateDir;
import pond.server.runs.SealedCallback;
import pond.server.runs.SealedSources;
import pond.server.sealing.SourceKey;

/**
 * Changes the source key of a state folder that no server runs on.
 *
 * <p>The order is what makes it safe to be killed anywhere. First the new key is on disk, in a file of its own beside the
 * old one. Then one transaction seals everything anew: until its commit all is under the old key, after it all is under
 * the new one, and both keys are on disk. Only then does the new file take the old one's place, in one rename. A server
 * that starts before that rename reads both files and opens what is under either; a second rotation takes up the next key
 * that it finds, because a fresh one would take away what the first has sealed. A key that the operator gives by the
 * environment is in no file of ours: the operator has both keys, and tells the next start the new one.
 */
final class KeyRotation {
    /** How many credentials, sources of how many runs, and secrets of callbacks are under the new key now. */
    record Done(int credentials, int runs, int callbacks) {}

    private final InstantSource clock;

    KeyRotation(InstantSource clock) {
        this.clock = clock;
    }

    /**
     * Changes the key that is in a file of the state folder.
     *
     * @throws IOException when the folder holds no state, or something there opens under neither key; nothing has changed
     *     then
     * @throws pond.server.db.StorageRefusedException when a server runs on the folder
     */
    Done rotateFile(Path folder) throws IOException {
        try (StateDir state = open(folder)) {
            byte[] present = SourceKeyFile.readOrCreate(state.root());
            byte[] next = SourceKeyFile.readOrCreateNext(state.root());
            Done done = reseal(state, new SourceKey(next, present));
            SourceKeyFile.promoteNext(state.root());
            return done;
        }
    }

    /** Changes from one key of the operator's to another, 32 bytes each; throws as {@link #rotateFile}. */
    Done rotateGiven(Path folder, byte[] present, byte[] next) throws IOException {
        try (StateDir state = open(folder)) {
            return reseal(state, new SourceKey(next, present));
        }
    }

    private StateDir open(Path folder) throws IOException {
        if (!Files.exists(folder.resolve("pond.db"))) {
            throw new IOException("there is no state of a server in " + folder);
        }
        StateDir state = StateDir.forServer(folder);
        Database.unpackNativeLibraryInto(state.tmp());
        try {
            Schema.prepareUpgrade(state, true, clock);
            return state;
        } catch (IOException | RuntimeException e) {
            state.close();
            throw e;
        }
    }

    private Done reseal(StateDir state, SourceKey keys) throws IOException {
        ExecutorService completions = Executors.newSingleThreadExecutor(work -> {
            Thread thread = new Thread(work, "pond-rotation-1");
            thread.setDaemon(true);
            return thread;
        });
        try (Database database =
                Database.open(DatabaseConfig.of("pond", state.pondDb()), Schema.pond(clock), completions)) {
            AuditLog audit = new AuditLog(database, clock);
            return database.write(tx -> {
                        Done done = new Done(
                                Credentials.reseal(tx, keys),
                                SealedSources.reseal(tx, keys),
                                SealedCallback.reseal(tx, keys));
                        audit.record(tx, Actor.COMMAND_LINE, "source_key.rotate", "");
                        return done;
                    })
                    .join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof GeneralSecurityException refused) {
                throw new IOException(refused.getMessage() + "; nothing has been changed", refused);
            }
            throw e;
        } finally {
            completions.shutdown();
        }
    }
}
