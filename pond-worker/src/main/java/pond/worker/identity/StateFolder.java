package pond.worker.identity;

import com.fasterxml.jackson.core.JacksonException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.util.Optional;
import java.util.Set;
import pond.common.json.Json;

/**
 * A worker's state folder while this process has it for itself: the lock, and the identity in it. The file system must
 * know POSIX permissions. Not for sharing between threads.
 */
public final class StateFolder implements AutoCloseable {
    private static final String IDENTITY = "identity.json";
    private static final int MAX_BYTES = 64 << 10;
    private static final Set<PosixFilePermission> OWNER_FILE = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> OWNER_FOLDER = PosixFilePermissions.fromString("rwx------");

    private final Path folder;
    private final FileChannel lock;

    private StateFolder(Path folder, FileChannel lock) {
        this.folder = folder;
        this.lock = lock;
    }

    /**
     * Takes the folder, which is made with mode 0700 when it is not there.
     *
     * @throws IdentityException when another worker has it, or others can write into it
     */
    public static StateFolder open(Path folder) throws IOException, IdentityException {
        makeOrCheck(folder);
        FileChannel lock = FileChannel.open(
                folder.resolve("lock"),
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
                mode(OWNER_FILE));
        boolean taken = false;
        try {
            FileLock held = lock.tryLock();
            taken = held != null;
        } catch (OverlappingFileLockException e) {
            taken = false;
        } finally {
            if (!taken) {
                lock.close();
            }
        }
        if (!taken) {
            throw new IdentityException("another worker uses the state folder " + folder.toAbsolutePath()
                    + "; end it, or give this one another --state-dir");
        }
        return new StateFolder(folder, lock);
    }

    private static void makeOrCheck(Path folder) throws IOException, IdentityException {
        if (!Files.exists(folder)) {
            Path parent = folder.toAbsolutePath().normalize().getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            Files.createDirectory(folder, mode(OWNER_FOLDER));
        }
        if (!Files.isDirectory(folder)) {
            throw new IdentityException(folder.toAbsolutePath() + " is not a folder; choose another --state-dir");
        }
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(folder);
        if (permissions.contains(PosixFilePermission.GROUP_WRITE)
                || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
            throw new IdentityException("others can write into the state folder " + folder.toAbsolutePath()
                    + "; run: chmod 700 " + folder.toAbsolutePath());
        }
        if (!permissions.equals(OWNER_FOLDER)) {
            Files.setPosixFilePermissions(folder, OWNER_FOLDER);
        }
    }

    /** What is there; empty when nothing is. */
    public Optional<Identity> read() throws IOException, IdentityException {
        return read(folder);
    }

    /**
     * Looks without taking the folder, for what only reports.
     *
     * @throws IdentityException when the file is damaged, a link, or readable by others
     */
    public static Optional<Identity> read(Path folder) throws IOException, IdentityException {
        Path file = folder.resolve(IDENTITY);
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        String name = file.toAbsolutePath().toString();
        PosixFileAttributes attributes =
                Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (!attributes.isRegularFile()) {
            throw new IdentityException(name + " is not a plain file; remove it, or choose another --state-dir");
        }
        if (!OWNER_FILE.containsAll(attributes.permissions())) {
            throw new IdentityException("others can read " + name + ", which holds this worker's secrets; remove it and"
                    + " enrol again, or run: chmod 600 " + name);
        }
        return Optional.of(parse(file, name));
    }

    private static Identity parse(Path file, String name) throws IOException, IdentityException {
        IdentityException damaged =
                new IdentityException(name + " is damaged; remove it and enrol again, or choose another --state-dir");
        try (InputStream stream = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            byte[] bytes = stream.readNBytes(MAX_BYTES);
            IdentityRecord written = Json.lenient().readValue(bytes, IdentityRecord.class);
            Identity identity = written == null ? null : written.identity();
            if (identity == null || !identity.keys().fit()) {
                throw damaged;
            }
            return identity;
        } catch (JacksonException | GeneralSecurityException | IllegalArgumentException e) {
            damaged.addSuppressed(e);
            throw damaged;
        }
    }

    /** Puts it in place of what was there; it is on disk, whole and with mode 0600, when this returns. */
    public void write(Identity identity) throws IOException {
        Path file = folder.resolve(IDENTITY);
        Path next = folder.resolve(IDENTITY + ".new");
        Files.deleteIfExists(next);
        try (FileChannel channel = FileChannel.open(
                next, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), mode(OWNER_FILE))) {
            ByteBuffer bytes = ByteBuffer.wrap(Json.lenient().writeValueAsBytes(IdentityRecord.of(identity)));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    /** Gives the folder back. */
    @Override
    public void close() throws IOException {
        lock.close();
    }

    private static FileAttribute<Set<PosixFilePermission>> mode(Set<PosixFilePermission> permissions) {
        return PosixFilePermissions.asFileAttribute(permissions);
    }
}
