package pond.worker.checkout;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;

/** Opens folders as handles: what is then named relative to a handle stays in that folder, whatever is moved meanwhile. */
final class Folders {
    private Folders() {}

    /** Opens a folder whose last part is not a link. The caller closes it. */
    static SecureDirectoryStream<Path> open(Path folder) throws IOException {
        Path absolute = folder.toAbsolutePath().normalize();
        Path name = absolute.getFileName();
        Path parent = absolute.getParent();
        if (name == null || parent == null) {
            throw new IOException("the root of the file system is no folder of a stage");
        }
        try (SecureDirectoryStream<Path> above = openFollowing(parent)) {
            return child(above, name);
        }
    }

    /** Opens a folder by its path; links on the way are followed, so only for folders that no stage can change. */
    @SuppressWarnings("StreamResourceLeak") // It is the caller who closes it.
    static SecureDirectoryStream<Path> openFollowing(Path folder) throws IOException {
        DirectoryStream<Path> stream = Files.newDirectoryStream(folder);
        if (stream instanceof SecureDirectoryStream<Path> secure) {
            return secure;
        }
        stream.close();
        throw new IOException("this system cannot open files relative to a folder; Linux can");
    }

    static SecureDirectoryStream<Path> child(SecureDirectoryStream<Path> folder, Path name) throws IOException {
        return folder.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS);
    }

    static PosixFileAttributes attributes(SecureDirectoryStream<Path> folder, Path name) throws IOException {
        return folder.getFileAttributeView(name, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .readAttributes();
    }
}
