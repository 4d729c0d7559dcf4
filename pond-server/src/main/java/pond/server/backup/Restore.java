package pond.server.backup;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import pond.common.json.Json;
import pond.server.db.FileTree;
import pond.server.db.StateDir;

/**
 * Makes a state folder of a backup. It is built beside its place, checked, and appears there whole by a rename, with a
 * mark that tells the first server on it that it has been restored. Stateless.
 */
public final class Restore {
    private final BackupCheck check;

    public Restore(Schemas schemas) {
        this.check = new BackupCheck(schemas);
    }

    /**
     * Restores a backup into a folder that is empty or not there.
     *
     * @throws BackupException when there is something in the folder, or the backup is damaged or of a newer version; the
     *     folder is as it was, then
     * @throws pond.server.db.StorageRefusedException when somebody else restores to the same place
     */
    public Manifest restore(Path backup, Path stateDir) throws IOException {
        Path target = stateDir.toAbsolutePath().normalize();
        Path name = target.getFileName();
        if (name == null) {
            throw new BackupException(target + " cannot be a state folder");
        }
        requireFree(target);
        Manifest manifest = Manifest.read(backup);
        check.requireKnown(manifest);
        DurableFiles.createFolder(DurableFiles.folderOf(target));
        Path building = target.resolveSibling("." + name + ".restoring");
        try (StateDir state = StateDir.forServer(building)) {
            boolean done = false;
            try {
                fill(state, backup, manifest);
                Files.move(building, target, StandardCopyOption.ATOMIC_MOVE);
                done = true;
            } finally {
                if (!done) {
                    FileTree.delete(building);
                }
            }
        }
        DurableFiles.sync(DurableFiles.folderOf(target));
        return manifest;
    }

    private static void requireFree(Path target) throws IOException {
        if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
            throw new BackupException(target + " is not a folder");
        }
        try (DirectoryStream<Path> content = Files.newDirectoryStream(target)) {
            if (content.iterator().hasNext()) {
                throw new BackupException(target + " is not empty; a backup is restored into a new folder");
            }
        }
    }

    private void fill(StateDir state, Path backup, Manifest manifest) throws IOException {
        removeEarlierTry(state);
        FileList.read(backup, manifest, entry -> {
            Path from = backup.resolve(entry.path());
            Path to = state.root().resolve(entry.path());
            DurableFiles.createFolder(DurableFiles.folderOf(to));
            if (!DurableFiles.copy(from, to).sha256().equals(entry.sha256())) {
                throw new BackupException(from + " is damaged: it is not what was written");
            }
        });
        check.checkContent(state.root(), manifest);
        DurableFiles.write(state.restoredMark(), Json.write(manifest) + "\n");
        DurableFiles.syncTree(state.root());
    }

    /** What a restore has left that was killed; that nobody else is at it, the lock of the folder says. */
    private static void removeEarlierTry(StateDir state) throws IOException {
        try (DirectoryStream<Path> content = Files.newDirectoryStream(state.root())) {
            for (Path one : content) {
                if (!one.getFileName().toString().equals("server.lock")) {
                    FileTree.delete(one);
                }
            }
        }
        for (Path folder : new Path[] {state.artifacts(), state.bundles(), state.work(), state.tmp()}) {
            DurableFiles.createFolder(folder);
        }
    }
}
