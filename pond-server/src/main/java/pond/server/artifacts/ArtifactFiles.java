package pond.server.artifacts;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import pond.common.protocol.ArtifactUpload;

/**
 * Bytes as files named by their SHA-256: {@code ab/abcdef…} below one folder. A file appears under its name complete and
 * synced or not at all, so equal bytes are there once and a file is never changed. Safe from several threads.
 */
final class ArtifactFiles {
    /** Younger files may belong to an upload whose row is not written yet. */
    static final Duration YOUNG = Duration.ofHours(1);

    private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");
    private static final int BUFFER_BYTES = 64 * 1024;

    private final Path root;
    private final Path incoming;
    private final PartialUploads partial;
    private final InstantSource clock;
    /** Held while a file gets its name and while an old one is deleted, so that neither overlooks the other. */
    private final Object naming = new Object();

    ArtifactFiles(Path root, InstantSource clock) throws IOException {
        this.root = root;
        this.incoming = Files.createDirectories(root.resolve("incoming"));
        this.partial = new PartialUploads(incoming);
        this.clock = clock;
    }

    /**
     * Keeps all bytes of the stream and answers what they were; reading stops at {@code maxBytes}. The check decides
     * before the file gets its name; when it or the stream throws, nothing stays behind.
     */
    Digest store(InputStream bytes, long maxBytes, Check check) throws IOException {
        Path part = Files.createTempFile(incoming, "part-", "");
        try {
            Digest digest = write(bytes, part, maxBytes);
            check.accept(digest);
            name(part, digest);
            return digest;
        } finally {
            Files.deleteIfExists(part);
        }
    }

    /** Gives a synced file of the incoming folder the name that its digest gives. */
    private void name(Path part, Digest digest) throws IOException {
        Path folder = Files.createDirectories(folder(digest.sha256()));
        synchronized (naming) {
            Files.setLastModifiedTime(part, FileTime.from(clock.instant()));
            Files.move(part, folder.resolve(digest.sha256()), StandardCopyOption.ATOMIC_MOVE);
        }
        sync(folder);
        sync(root);
    }

    /** As {@link #store}, from an offset on; when the stream breaks, what has arrived is kept for the next try. */
    void resume(ArtifactUpload upload, long offset, InputStream bytes, Check check) throws IOException {
        partial.write(upload, offset, bytes, (file, arrived) -> {
            check.accept(arrived);
            name(file, arrived);
        });
    }

    PartialUploads partial() {
        return partial;
    }

    /** Throws to refuse bytes that have arrived. */
    interface Check {
        void accept(Digest arrived);
    }

    /** Opens stored bytes; empty when there are none with this digest. */
    Optional<FileChannel> open(String sha256) {
        if (!SHA_256.matcher(sha256).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(FileChannel.open(folder(sha256).resolve(sha256), StandardOpenOption.READ));
        } catch (NoSuchFileException gone) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether there are such bytes; if so, they count as stored just now, so that nothing takes them before their row is. */
    boolean renew(String sha256) throws IOException {
        synchronized (naming) {
            try {
                Files.setLastModifiedTime(folder(sha256).resolve(sha256), FileTime.from(clock.instant()));
                return true;
            } catch (NoSuchFileException none) {
                return false;
            }
        }
    }

    /** Which digests with these first two digits are named. */
    interface Names {
        Set<String> startingWith(String prefix);
    }

    /** Deletes the files that are neither young nor named; looks at one folder after another. */
    Freed sweep(Names names) throws IOException {
        Instant before = clock.instant().minus(YOUNG);
        Freed freed = Freed.NOTHING;
        for (Path folder : children(root)) {
            String prefix = folder.getFileName().toString();
            List<Path> files = children(folder);
            Set<String> named = folder.equals(incoming) || files.isEmpty() ? Set.of() : names.startingWith(prefix);
            for (Path file : files) {
                if (!named.contains(file.getFileName().toString())) {
                    freed = freed.plus(deleteIfOlder(file, before));
                }
            }
        }
        return freed;
    }

    /** Deletes these bytes unless they are young; who calls has seen that nothing names them. */
    Freed delete(String sha256) throws IOException {
        return deleteIfOlder(folder(sha256).resolve(sha256), clock.instant().minus(YOUNG));
    }

    /** Whoever is about to name a file makes it young first, so one that is old here is named by nobody who came meanwhile. */
    private Freed deleteIfOlder(Path file, Instant before) throws IOException {
        synchronized (naming) {
            try {
                long size = Files.size(file);
                return Files.getLastModifiedTime(file).toInstant().isBefore(before) && Files.deleteIfExists(file)
                        ? new Freed(1, size)
                        : Freed.NOTHING;
            } catch (NoSuchFileException gone) {
                return Freed.NOTHING;
            }
        }
    }

    private Path folder(String sha256) {
        return root.resolve(sha256.substring(0, 2));
    }

    /** One byte more than the limit is read, so that the check can tell that there were too many. */
    private static Digest write(InputStream bytes, Path part, long maxBytes) throws IOException {
        MessageDigest sha256 = sha256();
        long size = 0;
        byte[] buffer = new byte[BUFFER_BYTES];
        try (FileChannel out = FileChannel.open(part, StandardOpenOption.WRITE)) {
            int read;
            while (size <= maxBytes
                    && (read = bytes.read(buffer, 0, (int) Math.min(buffer.length, maxBytes - size + 1))) >= 0) {
                sha256.update(buffer, 0, read);
                ByteBuffer rest = ByteBuffer.wrap(buffer, 0, read);
                while (rest.hasRemaining()) {
                    size += out.write(rest);
                }
            }
            out.force(true);
        }
        return new Digest(HexFormat.of().formatHex(sha256.digest()), size);
    }

    /** What is in a folder; nothing in what is none, such as a file that someone put beside ours. */
    static List<Path> children(Path folder) throws IOException {
        List<Path> children = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
            stream.forEach(children::add);
        } catch (NotDirectoryException e) {
            return List.of();
        }
        return children;
    }

    /** A rename is durable once its folder is. */
    private static void sync(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
