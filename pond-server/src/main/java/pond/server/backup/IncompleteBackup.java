package pond.server.backup;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import pond.common.json.Json;
import pond.server.db.FileTree;

/**
 * A backup that is being written, under a name that no backup has; closed before it was given its name, it is deleted.
 * Used by one thread.
 */
final class IncompleteBackup implements AutoCloseable {
    private static final String PREFIX = ".incomplete-";

    private final Path directory;
    private final Path folder;
    private final Writer list;
    private long files;
    private long bytes;
    private boolean named;

    private IncompleteBackup(Path directory, Path folder, Writer list) {
        this.directory = directory;
        this.folder = folder;
        this.list = list;
    }

    /** Begins one; the directory must be locked, so that what others have left unfinished can be told by its name. */
    static IncompleteBackup in(Path directory, String name) throws IOException {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(directory, PREFIX + "*")) {
            for (Path one : left) {
                FileTree.delete(one);
            }
        }
        Path folder = Files.createDirectory(directory.resolve(PREFIX + name), DurableFiles.PRIVATE_FOLDER);
        return new IncompleteBackup(directory, folder, FileList.create(folder));
    }

    /** Takes a finished backup out of the way of readers before it deletes it. */
    static void remove(Path backup) throws IOException {
        Path hidden = backup.resolveSibling(PREFIX + backup.getFileName());
        Files.move(backup, hidden, StandardCopyOption.ATOMIC_MOVE);
        FileTree.delete(hidden);
    }

    Path folder() {
        return folder;
    }

    /** Puts a file that was written to its place already on the list. */
    void add(String path) throws IOException {
        record(path, DurableFiles.read(folder.resolve(path)));
    }

    /** Copies a file that has a digest for its name. */
    void copyBlob(Path from, String path, String sha256, long size) throws IOException {
        DurableFiles.Content content = copyTo(from, path);
        if (!content.equals(new DurableFiles.Content(sha256, size))) {
            throw new BackupException(from + " is damaged: it has not the bytes that its name promises");
        }
    }

    void copy(Path from, String path) throws IOException {
        copyTo(from, path);
    }

    private DurableFiles.Content copyTo(Path from, String path) throws IOException {
        Path to = folder.resolve(path);
        DurableFiles.createFolder(DurableFiles.folderOf(to));
        DurableFiles.Content content = DurableFiles.copy(from, to);
        record(path, content);
        return content;
    }

    private void record(String path, DurableFiles.Content content) throws IOException {
        list.write(new FileList.Entry(content.sha256(), path).line() + "\n");
        files++;
        bytes += content.size();
    }

    /** What the manifest is made of, once all files are there. */
    interface Describe {
        Manifest describe(long files, long bytes, String filesSha256);
    }

    /** Ends the list and writes the manifest. */
    Manifest describe(Describe describe) throws IOException {
        list.close();
        String digest = DurableFiles.read(folder.resolve(FileList.NAME)).sha256();
        Manifest manifest = describe.describe(files, bytes, digest);
        DurableFiles.write(folder.resolve(Manifest.NAME), Json.write(manifest) + "\n");
        return manifest;
    }

    /** Has everything on disk and gives it its name. */
    Path name(String name) throws IOException {
        DurableFiles.syncTree(folder);
        Path backup = directory.resolve(name);
        Files.move(folder, backup, StandardCopyOption.ATOMIC_MOVE);
        named = true;
        DurableFiles.sync(directory);
        return backup;
    }

    @Override
    public void close() throws IOException {
        // On a full disk the list cannot be ended; the room that the rest takes is given back all the same.
        try {
            list.close();
        } finally {
            if (!named) {
                FileTree.delete(folder);
            }
        }
    }
}
