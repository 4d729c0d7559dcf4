package pond.worker.checkout;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import pond.common.ids.ArtifactName;

/**
 * A file that becomes an artifact.
 *
 * @param root the folder that it was found in; the name is the path below
 * @param size in bytes, as read for the digest
 * @param sha256 in hex
 */
public record OutputFile(ArtifactName name, long size, String sha256, Path root) {
    /**
     * Opens the bytes without following a link on the way; the caller closes the stream. They are those of the digest
     * unless someone has changed the file since, which the receiver of an upload notices.
     */
    public InputStream open() throws IOException {
        return open(Folders.open(root), name.value());
    }

    /** Closes the folder. */
    private static InputStream open(SecureDirectoryStream<Path> folder, String rest) throws IOException {
        try (folder) {
            int slash = rest.indexOf('/');
            if (slash < 0) {
                return Channels.newInputStream(folder.newByteChannel(
                        FileNames.path(rest), Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)));
            }
            return open(Folders.child(folder, FileNames.path(rest.substring(0, slash))), rest.substring(slash + 1));
        }
    }
}
