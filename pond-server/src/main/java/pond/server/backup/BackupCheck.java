package pond.server.backup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import pond.server.db.Snapshot;
import pond.server.db.StorageRefusedException;

/**
 * Whether a server could start on what is in a folder: a backup, or what a restore has made of one. It reads every byte and
 * changes none. Stateless.
 */
public final class BackupCheck {
    private final Schemas schemas;
    private final BackupStore store = new BackupStore();

    public BackupCheck(Schemas schemas) {
        this.schemas = schemas;
    }

    /**
     * Checks a whole backup.
     *
     * @throws BackupException when something is missing, damaged, or of a newer version
     */
    public Manifest verify(Path backup) throws IOException {
        Manifest manifest = Manifest.read(backup);
        requireKnown(manifest);
        long[] blobs = {0};
        FileList.read(backup, manifest, entry -> {
            Path file = backup.resolve(entry.path());
            if (!DurableFiles.read(file).sha256().equals(entry.sha256())) {
                throw new BackupException(file + " is damaged: it is not what was written");
            }
            blobs[0] += entry.blob() ? 1 : 0;
        });
        checkContent(backup, manifest);
        requireSame("files of artifacts and bundles", manifest.counts().blobs(), blobs[0]);
        return manifest;
    }

    /** Before anything else is read: a newer version may have put something there that this one does not look for. */
    void requireKnown(Manifest manifest) throws BackupException {
        requireKnown("pond.db", manifest.pondSchema(), schemas.pond().newest(), manifest);
        requireKnown("logs.db", manifest.logsSchema(), schemas.logs().newest(), manifest);
    }

    private static void requireKnown(String database, int theirs, int ours, Manifest manifest) throws BackupException {
        if (theirs > ours) {
            throw new BackupException("the backup is of pond " + manifest.version() + ", whose " + database
                    + " has schema " + theirs + "; this version knows schemas up to " + ours
                    + ": restore it with that version or a newer one");
        }
    }

    /** Whether databases and files fit together, and hold what was counted; digests are not looked at. */
    void checkContent(Path folder, Manifest manifest) throws IOException {
        try (Snapshot pond = snapshot(folder.resolve("pond.db"));
                Snapshot logs = snapshot(folder.resolve("logs.db"))) {
            pond.check();
            logs.check();
            requireSame("schema of pond.db", manifest.pondSchema(), pond.schema(schemas.pond()));
            requireSame("schema of logs.db", manifest.logsSchema(), logs.schema(schemas.logs()));
            Manifest.Counts found = count(pond, logs, folder);
            requireSame("runs", manifest.counts().runs(), found.runs());
            requireSame("log lines", manifest.counts().logLines(), found.logLines());
            requireSame("artifacts", manifest.counts().artifacts(), found.artifacts());
            requireSame("files of artifacts and bundles", manifest.counts().blobs(), found.blobs());
            requireSame("runs that cannot be read", 0, pond.read(store::runsWithoutSnapshot));
        } catch (StorageRefusedException e) {
            throw new BackupException(String.valueOf(e.getMessage()), e);
        }
    }

    /** What rows tell of, and the files that they name, of which each must be there in full length. */
    Manifest.Counts count(Snapshot pond, Snapshot logs, Path folder) throws IOException {
        long[] blobs = {0};
        Blobs.forEach(pond, (path, sha256, size) -> {
            Path file = folder.resolve(path);
            DurableFiles.requireFile(file);
            requireSame("size of " + file, size, Files.size(file));
            blobs[0]++;
        });
        return new Manifest.Counts(
                pond.read(store::runs), logs.read(store::logLines), pond.read(store::artifacts), blobs[0]);
    }

    private static Snapshot snapshot(Path file) throws BackupException {
        DurableFiles.requireFile(file);
        return Snapshot.ofCopy(file);
    }

    private static void requireSame(String what, long written, long found) throws BackupException {
        if (written != found) {
            throw new BackupException(what + ": " + found + " found, " + written + " expected");
        }
    }
}
