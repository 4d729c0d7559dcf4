package pond.worker.checkout;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.UUID;

/**
 * Deletes folders that stages have filled. No depth, path length or mode stops it, it needs three open folders however
 * deep the tree is, and it never goes through a link.
 *
 * <p>Instead of descending it flattens: the folders in a folder are moved up to the root of the tree and their turn
 * comes there, so every path stays two parts long.
 */
public final class Trees {
    private static final Set<PosixFilePermission> OWNER = PosixFilePermissions.fromString("rwx------");

    private final Path root;
    private final SecureDirectoryStream<Path> above;
    /** What folders are called that were moved up in this pass: unguessable, so that no name of the stage's is in the way. */
    private String prefix = "";

    private long moved;
    private long flattened;
    private long removed;

    private Trees(Path root, SecureDirectoryStream<Path> above) {
        this.root = root;
        this.above = above;
    }

    /**
     * Deletes the folder and all that is in it; nothing happens when it is not there. A link is deleted, not what it
     * points to. Call it when no process of the stage is left.
     *
     * @throws IOException when something cannot be deleted, such as a mount point or a file that was made immutable
     */
    public static void delete(Path root) throws IOException {
        Path absolute = root.toAbsolutePath().normalize();
        Path parent = absolute.getParent();
        if (parent == null || !Files.exists(absolute, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (SecureDirectoryStream<Path> above = Folders.openFollowing(parent)) {
            new Trees(absolute, above).delete();
        }
    }

    private void delete() throws IOException {
        Path name = root.getFileName();
        if (!isFolder(above, name, root)) {
            above.deleteFile(name);
            return;
        }
        long before;
        do {
            before = removed;
            empty();
            if (deletedEmpty(above, name)) {
                return;
            }
        } while (removed > before);
        throw new DirectoryNotEmptyException(root.toString());
    }

    /** One pass, which may miss something. */
    private void empty() throws IOException {
        prefix = ".pond-" + UUID.randomUUID() + "-";
        try (SecureDirectoryStream<Path> top = Folders.child(above, root.getFileName())) {
            for (Path entry : top) {
                Path name = entry.getFileName();
                if (name.toString().startsWith(prefix)) {
                    continue; // It has come up while this is listed, and its turn below.
                }
                if (!isFolder(top, name, root.resolve(name))) {
                    top.deleteFile(name);
                    removed++;
                } else if (deletedEmpty(top, name)) {
                    removed++;
                } else {
                    flatten(top, name);
                    while (flattened < moved) {
                        flatten(top, Path.of(prefix + flattened++));
                    }
                }
            }
        }
    }

    private void flatten(SecureDirectoryStream<Path> top, Path name) throws IOException {
        try (SecureDirectoryStream<Path> folder = Folders.child(top, name)) {
            for (Path entry : folder) {
                Path inner = entry.getFileName();
                if (!isFolder(folder, inner, root.resolve(name).resolve(inner))) {
                    folder.deleteFile(inner);
                } else if (!deletedEmpty(folder, inner)) {
                    folder.move(inner, top, Path.of(prefix + moved++));
                }
                removed++;
            }
        }
        // A listing may miss an entry while others are taken out of it; then the next pass sees the folder again.
        if (deletedEmpty(top, name)) {
            removed++;
        }
    }

    private static boolean deletedEmpty(SecureDirectoryStream<Path> parent, Path name) throws IOException {
        try {
            parent.deleteDirectory(name);
            return true;
        } catch (DirectoryNotEmptyException e) {
            return false;
        }
    }

    /** Also opens the folder's mode to us: without that neither listing nor moving it is allowed. */
    private static boolean isFolder(SecureDirectoryStream<Path> parent, Path name, Path path) throws IOException {
        PosixFileAttributes attributes = Folders.attributes(parent, name);
        if (attributes.isDirectory() && !attributes.permissions().containsAll(OWNER)) {
            // By path, because a folder of mode 000 cannot be opened, which a change by handle would need.
            Files.setPosixFilePermissions(path, OWNER);
        }
        return attributes.isDirectory();
    }
}
