package pond.worker.checkout;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import pond.worker.sandbox.OverlayMount;

/** The folders that an overlay needs beside the tree that it shows. */
final class OverlayFolders {
    /** The upper folder's mode is that of the checkout's root as the stage sees it. */
    private static final FileAttribute<Set<PosixFilePermission>> MODE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x"));

    private OverlayFolders() {}

    /**
     * Makes them in a folder that must not be there yet; they belong to the owner, if there is one.
     *
     * @throws IllegalArgumentException when an overlay cannot lie there, and then nothing is made
     */
    static OverlayMount make(Path lower, Path folder, Optional<Owner> owner) throws IOException {
        OverlayMount mount = new OverlayMount(
                lower.toAbsolutePath(),
                folder.resolve("upper").toAbsolutePath(),
                folder.resolve("work").toAbsolutePath(),
                folder.resolve("merged").toAbsolutePath());
        for (Path path : List.of(folder, mount.upper(), mount.work(), mount.merged())) {
            Files.createDirectory(path, MODE);
            if (owner.isPresent()) {
                owner.get().take(path);
            }
        }
        return mount;
    }
}
