package pond.server.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;

/**
 * The key that seals secrets at rest, kept in the state folder when the operator gives none. While it is being changed a
 * second file holds the next key, and what is sealed may be under either.
 */
public final class SourceKeyFile {
    /** In the state folder. */
    public static final String NAME = "source.key";

    private static final String NEXT = "source.key.next";
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
        return read(file);
    }

    /** The next key, when a change of the key has begun and not ended. */
    public static Optional<byte[]> readNext(Path stateDir) throws IOException {
        Path file = stateDir.resolve(NEXT);
        return Files.exists(file) ? Optional.of(read(file)) : Optional.empty();
    }

    /**
     * The next key: made when there is none, else the one of a change that has not ended, since something may be sealed
     * with it. On disk before this returns.
     */
    public static byte[] readOrCreateNext(Path stateDir) throws IOException {
        Path file = stateDir.resolve(NEXT);
        if (!Files.exists(file)) {
            create(file);
        }
        return read(file);
    }

    /** Makes the next key the key, in one step; the old one is gone then. */
    public static void promoteNext(Path stateDir) throws IOException {
        replace(stateDir.resolve(NEXT), stateDir.resolve(NAME));
    }

    /**
     * A key from a file of the operator's.
     *
     * @throws SettingException when the file holds something else
     */
    public static byte[] read(Path file) throws IOException {
        try {
            return SettingValues.key(
                    Files.readString(file, StandardCharsets.US_ASCII).strip());
        } catch (IllegalArgumentException | CharacterCodingException e) {
            throw new SettingException(file + " is not a key of 32 bytes in url-safe base64; restore it from a backup");
        }
    }

    private static void create(Path file) throws IOException {
        byte[] key = new byte[BYTES];
        new SecureRandom().nextBytes(key);
        String text = Base64.getUrlEncoder().withoutPadding().encodeToString(key) + "\n";
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        try (FileChannel channel = FileChannel.open(
                fresh,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
            channel.force(true);
        }
        replace(fresh, file);
    }

    private static void replace(Path fresh, Path file) throws IOException {
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel folder = FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            folder.force(true);
        }
    }
}
