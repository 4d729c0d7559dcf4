package pond.server.cli.files;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import pond.server.cli.client.FinalFailure;

/** A file for one secret, which its user alone may read. It is new, and goes away again when nothing was written. */
public final class NewSecretFile implements AutoCloseable {
    private final Path path;
    private final SeekableByteChannel channel;
    private boolean written;

    private NewSecretFile(Path path, SeekableByteChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /**
     * Makes the file.
     *
     * @throws FinalFailure when there is such a file already, or none can be made there
     */
    public static NewSecretFile create(Path path) throws IOException {
        try {
            return new NewSecretFile(
                    path,
                    Files.newByteChannel(
                            path,
                            EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))));
        } catch (FileAlreadyExistsException e) {
            throw new FinalFailure(path + " is there already; remove it, or name another file", e);
        } catch (IOException e) {
            throw new FinalFailure("cannot write " + path + ": " + e.getMessage(), e);
        }
    }

    /** Writes the secret and a line end; for one time. */
    public void write(String secret) throws IOException {
        Channels.newOutputStream(channel).write((secret + "\n").getBytes(StandardCharsets.UTF_8));
        written = true;
    }

    @Override
    public void close() throws IOException {
        channel.close();
        if (!written) {
            Files.deleteIfExists(path);
        }
    }
}
