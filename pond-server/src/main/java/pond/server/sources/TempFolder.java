package pond.server.sources;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import pond.server.db.FileTree;

/** A folder of one fetch's own, readable by this user only, that is gone afterwards. */
record TempFolder(Path path) implements AutoCloseable {
    private static final String PREFIX = "source-";

    static TempFolder make(Path parent) throws IOException {
        return new TempFolder(Files.createTempDirectory(Files.createDirectories(parent), PREFIX));
    }

    /** Deletes what a killed server left behind. */
    static void sweep(Path parent) throws IOException {
        if (!Files.isDirectory(parent)) {
            return;
        }
        try (var left = Files.newDirectoryStream(parent, PREFIX + "*")) {
            for (var folder : left) {
                new TempFolder(folder).close();
            }
        }
    }

    /** Deletes the folder with everything in it; links are deleted, not followed. */
    @Override
    public void close() throws IOException {
        FileTree.delete(path);
    }
}
