package pond.server.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Set;

/** The key that seals the credentials of sources, kept in the state folder when the operator gives none. */
public final class SourceKeyFile {
    private static final String NAME = "source.key";
    private static final int BYTES = 32;

    private SourceKeyFile() {}

    /**
     * The 32 bytes in {@code source.key}; made, for the owner's eyes only, when there is no such file. The file is on disk
     * before this returns: what is sealed with a key that a crash takes away could never be opened again.
     *
     * @throws SettingException when the file holds something else
     */
    public static byte[] readOrCreate(Path stateDir) throws IOException {
        Path file = stateDir.resolve(NAME);
        if (!Files.exists(file)) {
            create(file);
        }
        try {
            return SettingValues.key(
                    Files.readString(file, StandardCharsets.US_ASCII).strip());
        } catch (IllegalArgumentException e) {
            throw new SettingException(file + " is not a key of 32 bytes in url-safe base64; restore it from a backup");
        }
    }

    private static void create(Path file) throws IOException {
        byte[] key = new byte[BYTES];
        new SecureRandom().nextBytes(key);
        String text = Base64.getUrlEncoder().withoutPadding().encodeToString(key) + "\n";
        Path fresh = file.resolveSibling(NAME + ".new");
        Files.deleteIfExists(fresh);
        try (FileChannel channel = FileChannel.open(
                fresh,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
            channel.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel folder = FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            folder.force(true);
        }
    }
}
