package pond.server.backup;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Files that are on disk when a call returns, for their owner's eyes only. No link is followed. */
final class DurableFiles {
    static final FileAttribute<Set<PosixFilePermission>> PRIVATE_FOLDER =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    static final FileAttribute<Set<PosixFilePermission>> PRIVATE_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final int BUFFER_BYTES = 128 * 1024;

    private DurableFiles() {}

    /** What a file holds. */
    record Content(String sha256, long size) {}

    /** Copies a file to a place where there is none; answers what was copied. */
    static Content copy(Path from, Path to) throws IOException {
        try (FileChannel out =
                FileChannel.open(to, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), PRIVATE_FILE)) {
            Content content = pass(from, out);
            out.force(true);
            return content;
        }
    }

    /** Reads a whole file. */
    static Content read(Path file) throws IOException {
        return pass(file, null);
    }

    private static Content pass(Path from, @Nullable FileChannel out) throws IOException {
        requireFile(from);
        MessageDigest sha256 = sha256();
        long size = 0;
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        try (FileChannel in = FileChannel.open(from, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
            while (in.read(buffer) >= 0) {
                size += buffer.flip().remaining();
                sha256.update(buffer.duplicate());
                while (out != null && buffer.hasRemaining()) {
                    out.write(buffer);
                }
                buffer.clear();
            }
        }
        return new Content(HexFormat.of().formatHex(sha256.digest()), size);
    }

    /** Opening a pipe would wait for its other end. */
    static void requireFile(Path file) throws BackupException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new BackupException(
                    file + (Files.exists(file, LinkOption.NOFOLLOW_LINKS) ? " is not a plain file" : " is missing"));
        }
    }

    /** Writes a small text, in place of an older file, in one step. */
    static void write(Path file, String text) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        try (FileChannel out = FileChannel.open(
                fresh, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), PRIVATE_FILE)) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            out.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        sync(folderOf(file));
    }

    /** The folder that a file is in. */
    static Path folderOf(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null) {
            throw new IllegalArgumentException(file + " is in no folder");
        }
        return folder;
    }

    /** Makes a folder if it is missing. */
    static void createFolder(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder, PRIVATE_FOLDER);
        }
    }

    /** Has the names in a folder on disk, and those in all folders below it. */
    static void syncTree(Path root) throws IOException {
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                sync(folder);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    static void sync(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
