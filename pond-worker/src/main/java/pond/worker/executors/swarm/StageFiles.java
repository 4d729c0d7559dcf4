package pond.worker.executors.swarm;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.OptionalLong;
import java.util.Set;
import pond.common.ids.ArtifactName;

/**
 * Writes files into a folder of a stage, following no link that the stage may have left there. For a folder in which no
 * process of the stage is at work: what is looked at here does not change before it is written.
 */
public final class StageFiles {
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> OWNER_ONLY_FOLDER = PosixFilePermissions.fromString("rwx------");
    /** As a stage's own files are: who collects them may be somebody else. */
    private static final Set<PosixFilePermission> READABLE = PosixFilePermissions.fromString("rw-r--r--");

    private static final Set<PosixFilePermission> READABLE_FOLDER = PosixFilePermissions.fromString("rwxr-xr-x");

    private final Path root;
    private final boolean readable;

    private StageFiles(Path root, boolean readable) {
        this.root = root;
        this.readable = readable;
    }

    /** Files that only their owner may read. */
    static StageFiles ofHome(Path home) {
        return new StageFiles(home, false);
    }

    /** Files that become artifacts. */
    public static StageFiles ofOutput(Path output) {
        return new StageFiles(output, true);
    }

    /** The size in bytes of the file of that name; empty when there is none, or a link leads to it. */
    public OptionalLong size(ArtifactName name) throws IOException {
        Path place = root;
        for (String part : name.value().split("/", -1)) {
            if (!Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
                return OptionalLong.empty();
            }
            place = place.resolve(part);
        }
        return Files.isRegularFile(place, LinkOption.NOFOLLOW_LINKS)
                ? OptionalLong.of(Files.size(place))
                : OptionalLong.empty();
    }

    /** Writes a text; see {@link #write(ArtifactName, InputStream)}. */
    public void write(ArtifactName name, String text) throws IOException {
        write(name, new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * Writes a file in the place of whatever has its name.
     *
     * @throws IOException when a folder has its name, or the disk fails
     */
    public void write(ArtifactName name, InputStream bytes) throws IOException {
        Path file = root;
        String[] parts = name.value().split("/", -1);
        for (int i = 0; i < parts.length - 1; i++) {
            file = file.resolve(parts[i]);
            makeFolder(file);
        }
        file = file.resolve(parts[parts.length - 1]);
        Files.deleteIfExists(file);
        try (OutputStream out = Files.newOutputStream(
                file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
            Files.setPosixFilePermissions(file, readable ? READABLE : OWNER_ONLY);
            bytes.transferTo(out);
        }
    }

    private void makeFolder(Path folder) throws IOException {
        if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        // A link or a file in the way.
        Files.deleteIfExists(folder);
        Files.createDirectory(folder);
        Files.setPosixFilePermissions(folder, readable ? READABLE_FOLDER : OWNER_ONLY_FOLDER);
    }
}
