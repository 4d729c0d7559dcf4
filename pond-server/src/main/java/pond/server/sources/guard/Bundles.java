package pond.server.sources.guard;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Finished bundles as files named by their SHA-256. A file that is there is whole: it comes by a rename and is never
 * written again. Safe for use by several threads of one process.
 */
public final class Bundles {
    private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");

    private final Path folder;

    /** Makes the folder if it is not there. */
    public Bundles(Path folder) throws IOException {
        this.folder = Files.createDirectories(folder);
    }

    /** The bundle's file, if the store has it. */
    public Optional<Path> find(String sha256) {
        return Optional.of(path(sha256)).filter(Files::isRegularFile);
    }

    /** Opens a bundle for reading; one that is deleted meanwhile can be read to its end. */
    public InputStream open(String sha256) throws IOException {
        return Files.newInputStream(path(sha256));
    }

    /**
     * Whether the bundle is there; if so, it counts as stored just now, so that no sweep takes it from a run that is about
     * to name it.
     */
    public synchronized boolean renew(String sha256, Instant now) throws IOException {
        try {
            Files.setLastModifiedTime(path(sha256), FileTime.from(now));
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /** Deletes a bundle; false when it was not there. */
    public synchronized boolean delete(String sha256) throws IOException {
        return Files.deleteIfExists(path(sha256));
    }

    /**
     * Deletes every bundle that {@code keep} does not name and that was stored before {@code before}: a bundle is
     * stored a little earlier than the run that names it is written.
     *
     * @return how many were deleted
     */
    public synchronized int sweep(Set<String> keep, Instant before) throws IOException {
        int deleted = 0;
        try (var files = Files.newDirectoryStream(folder)) {
            for (var file : files) {
                String name = String.valueOf(file.getFileName());
                if (SHA_256.matcher(name).matches() && !keep.contains(name) && isOlder(file, before)) {
                    deleted += Files.deleteIfExists(file) ? 1 : 0;
                }
            }
        }
        return deleted;
    }

    private static boolean isOlder(Path file, Instant before) throws IOException {
        try {
            return Files.getLastModifiedTime(file).toInstant().isBefore(before);
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /** Takes a complete and durable file over. An equal one is replaced, so that it counts as stored just now. */
    synchronized void adopt(Path file, String sha256) throws IOException {
        Files.move(file, path(sha256), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (var parent = FileChannel.open(folder, StandardOpenOption.READ)) {
            parent.force(true);
        }
    }

    private Path path(String sha256) {
        if (!SHA_256.matcher(sha256).matches()) {
            throw new IllegalArgumentException("not a SHA-256 in hex");
        }
        return folder.resolve(sha256);
    }
}
