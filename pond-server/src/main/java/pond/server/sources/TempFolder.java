package pond.server.sources;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

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
        Files.walkFileTree(path, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failed) throws IOException {
                if (failed != null) {
                    throw failed;
                }
                Files.delete(folder);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
