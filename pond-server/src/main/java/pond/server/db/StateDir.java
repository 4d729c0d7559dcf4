package pond.server.db;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import pond.server.db.StorageRefusedException.Reason;

/**
 * The folder that holds everything a server keeps. A server has it to itself by a file lock, which the operating system
 * drops when the process dies in whatever way; tools work beside it without one.
 */
public final class StateDir implements AutoCloseable {
    private static final String LOCK = "server.lock";
    static final FileAttribute<Set<PosixFilePermission>> PRIVATE_FOLDER =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    static final FileAttribute<Set<PosixFilePermission>> PRIVATE_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path root;
    private final @Nullable FileChannel lock;

    private StateDir(Path root, @Nullable FileChannel lock) {
        this.root = root;
        this.lock = lock;
    }

    /**
     * Opens the folder for a server, making it (mode 0700) if needed, locks it, and empties {@link #tmp()}.
     *
     * @throws StorageRefusedException when another server has it, or it cannot be used
     */
    public static StateDir forServer(Path path) {
        try {
            Path root = prepare(path);
            FileChannel lock = lock(root);
            Path tmp = root.resolve("tmp");
            if (!Files.isSymbolicLink(tmp)) {
                FileTree.deleteContent(tmp);
            }
            return new StateDir(root, lock);
        } catch (IOException e) {
            throw unusable(path, e);
        }
    }

    /**
     * Opens the folder, making it if needed, for a tool that may work beside a running server: no lock, nothing deleted.
     *
     * @throws StorageRefusedException when it cannot be used
     */
    public static StateDir forTool(Path path) {
        try {
            return new StateDir(prepare(path), null);
        } catch (IOException e) {
            throw unusable(path, e);
        }
    }

    /** Absolute. */
    public Path root() {
        return root;
    }

    public Path pondDb() {
        return root.resolve("pond.db");
    }

    public Path logsDb() {
        return root.resolve("logs.db");
    }

    public Path artifacts() {
        return root.resolve("artifacts");
    }

    public Path bundles() {
        return root.resolve("bundles");
    }

    public Path work() {
        return root.resolve("work");
    }

    /** What is known of backups, and the databases as they were before upgrades; made when there is something to keep. */
    public Path backups() {
        return root.resolve("backups");
    }

    /** A file that is there from a restore until a server has started on what was restored. */
    public Path restoredMark() {
        return root.resolve("restored");
    }

    /** Scratch space on the same file system as the rest, emptied at each start of a server. */
    public Path tmp() {
        return root.resolve("tmp");
    }

    /** Gives up the lock; the folder may be opened by the next server. May be called twice. */
    @Override
    public void close() {
        if (lock != null) {
            try {
                lock.close();
            } catch (IOException e) {
                throw unusable(root, e);
            }
        }
    }

    private static Path prepare(Path path) throws IOException {
        Path root = path.toAbsolutePath().normalize();
        if (Files.exists(root) && !Files.isDirectory(root)) {
            throw new StorageRefusedException(Reason.NOT_ACCESSIBLE, root + " is not a directory");
        }
        createFolder(root);
        if (!Files.isReadable(root) || !Files.isWritable(root) || !Files.isExecutable(root)) {
            throw new StorageRefusedException(Reason.NOT_ACCESSIBLE, root + " cannot be read and written");
        }
        claim(root);
        for (String part : List.of("artifacts", "bundles", "work", "tmp")) {
            createFolder(root.resolve(part));
        }
        return root;
    }

    /**
     * The lock file marks a folder as ours. Without it a server told to use {@code /} or a home folder would empty the
     * {@code tmp} that it finds there. The order of the two questions matters: the mark is made before the folder.
     */
    private static void claim(Path root) throws IOException {
        Path mark = root.resolve(LOCK);
        if (Files.exists(root.resolve("tmp")) && !Files.exists(mark)) {
            throw new StorageRefusedException(
                    Reason.NOT_ACCESSIBLE, root + " has a tmp folder but no " + LOCK + ": not a state directory");
        }
        if (!Files.exists(mark)) {
            Files.newByteChannel(mark, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), PRIVATE_FILE)
                    .close();
        }
    }

    /** A link to a folder will do as well; {@code createDirectories} alone refuses one before JDK 20 (JDK-8294193). */
    private static void createFolder(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder, PRIVATE_FOLDER);
        }
    }

    /**
     * The lock is one of processes. Within one JVM a second attempt is refused as well, but closing its channel releases
     * the first one's lock, as POSIX has it: a JVM should open a directory once.
     */
    private static FileChannel lock(Path root) throws IOException {
        Path file = root.resolve(LOCK);
        FileChannel channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
                PRIVATE_FILE);
        try {
            if (!tryLock(channel)) {
                throw new StorageRefusedException(
                        Reason.IN_USE,
                        root + " is in use by another server (pid "
                                + Files.readString(file).strip() + ")");
            }
            channel.truncate(0);
            channel.write(ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII)));
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    private static StorageRefusedException unusable(Path path, IOException e) {
        return new StorageRefusedException(
                Reason.NOT_ACCESSIBLE, "cannot use the state directory " + path + ": " + e, e);
    }
}
