package pond.worker.executors;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Set;

/** Folders for the sockets of stages, one each. May be passed through, not listed: who knows his own knows no other. */
final class SocketFolders {
    private static final int NAME_BYTES = 4;
    private static final Set<PosixFilePermission> PASSABLE = PosixFilePermissions.fromString("rwx--x--x");

    private final Path root;
    private final SecureRandom random = new SecureRandom();

    /** @param root a short path, since a socket's may have about a hundred bytes; what is in it is removed */
    SocketFolders(Path root) throws IOException {
        this.root = root;
        if (Files.isDirectory(root)) {
            try (var old = Files.newDirectoryStream(root)) {
                for (Path stage : old) {
                    remove(stage);
                }
            }
        } else {
            Files.createDirectories(root);
        }
        Files.setPosixFilePermissions(root, PASSABLE);
    }

    /** An empty one. */
    Path make() throws IOException {
        byte[] name = new byte[NAME_BYTES];
        random.nextBytes(name);
        Path folder = Files.createDirectory(root.resolve(HexFormat.of().formatHex(name)));
        // Not as an attribute of its creation, which the umask would cut.
        Files.setPosixFilePermissions(folder, PASSABLE);
        return folder;
    }

    /** Removes one with the sockets that are left in it. */
    static void remove(Path stage) throws IOException {
        try (var files = Files.newDirectoryStream(stage)) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
        Files.delete(stage);
    }
}
