package pond.server.artifacts;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import pond.common.ids.JobId;
import pond.common.protocol.ArtifactUpload;
import pond.common.protocol.ProtocolException;
import pond.common.protocol.Refusal;

/**
 * Bytes of uploads that broke, kept for the next try: one file for each job and digest. A newer try takes the file from an
 * older one that has not noticed yet that its sender is gone. Safe from several threads.
 */
final class PartialUploads {
    /** More at a time for one job would let it fill the disk with what it never finishes. */
    private static final int MAX_PER_JOB = 8;

    private static final int BUFFER_BYTES = 64 * 1024;

    private final Path folder;
    private final Map<Path, Try> tries = new ConcurrentHashMap<>();

    PartialUploads(Path folder) {
        this.folder = folder;
    }

    /** Who may write a file; the lock of its writes. */
    private static final class Try {
        private boolean replaced;
    }

    /** How many bytes have arrived. */
    long arrived(ArtifactUpload upload) throws IOException {
        try {
            return Files.size(file(upload));
        } catch (NoSuchFileException none) {
            return 0;
        }
    }

    /** What becomes of bytes that are all there. */
    interface Finish {
        void accept(Path file, Digest arrived) throws IOException;
    }

    /**
     * Goes on at an offset and hands over what there is then, synced; at most one byte more than announced is read. When the
     * stream breaks, what has arrived stays; in every other case nothing does.
     *
     * @throws ProtocolException {@link Refusal#INVALID} when fewer bytes than the offset are there, {@link Refusal#BUSY}
     *     when the job has too many uploads under way
     */
    void write(ArtifactUpload upload, long offset, InputStream bytes, Finish finish) throws IOException {
        Path file = file(upload);
        Try mine = new Try();
        Try older = tries.put(file, mine);
        if (older != null) {
            synchronized (older) {
                older.replaced = true;
            }
        }
        boolean keep = true;
        try {
            makeRoom(upload.job().job(), file);
            Digest arrived;
            try (FileChannel out = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                MessageDigest sha256 = goOn(out, offset);
                copy(bytes, out, upload.size(), sha256, mine);
                keep = false;
                out.force(true);
                arrived = new Digest(HexFormat.of().formatHex(sha256.digest()), out.size());
            }
            finish.accept(file, arrived);
        } finally {
            if (tries.remove(file, mine) && (!keep || arrived(upload) == 0)) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** The digest of the bytes before the offset; what comes after it is cut off. */
    private static MessageDigest goOn(FileChannel out, long offset) throws IOException {
        if (offset < 0 || offset > out.size()) {
            throw new ProtocolException(
                    Refusal.INVALID, "only " + out.size() + " bytes are here; ask where the upload is to go on");
        }
        out.truncate(offset);
        MessageDigest sha256 = ArtifactFiles.sha256();
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        while (out.read(buffer) >= 0) {
            sha256.update(buffer.flip());
            buffer.clear();
        }
        return sha256;
    }

    private static void copy(InputStream bytes, FileChannel out, long size, MessageDigest sha256, Try mine)
            throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        int read;
        while (out.position() <= size
                && (read = bytes.read(buffer, 0, (int) Math.min(buffer.length, size - out.position() + 1))) >= 0) {
            sha256.update(buffer, 0, read);
            ByteBuffer rest = ByteBuffer.wrap(buffer, 0, read);
            synchronized (mine) {
                if (mine.replaced) {
                    throw new ProtocolException(Refusal.BUSY, "another try of the same upload goes on");
                }
                while (rest.hasRemaining()) {
                    out.write(rest);
                }
            }
        }
    }

    private void makeRoom(JobId job, Path file) throws IOException {
        List<Path> others = new ArrayList<>(of(job));
        others.remove(file);
        for (Path other : others) {
            if (others.size() < MAX_PER_JOB) {
                return;
            }
            if (!tries.containsKey(other)) {
                Files.deleteIfExists(other);
                return;
            }
        }
        if (others.size() >= MAX_PER_JOB) {
            throw new ProtocolException(Refusal.BUSY, "this job has " + MAX_PER_JOB + " uploads under way already");
        }
    }

    /** Deletes what jobs have left that nobody works on any more; answers how many files. */
    int sweep(Predicate<JobId> lives) throws IOException {
        int deleted = 0;
        for (Path file : ArtifactFiles.children(folder)) {
            String name = file.getFileName().toString();
            if (!tries.containsKey(file)
                    && JobId.parse(name.substring(0, Math.min(36, name.length())))
                            .filter(job -> !lives.test(job))
                            .isPresent()
                    && Files.deleteIfExists(file)) {
                deleted++;
            }
        }
        return deleted;
    }

    private List<Path> of(JobId job) throws IOException {
        return ArtifactFiles.children(folder).stream()
                .filter(file -> file.getFileName().toString().startsWith(job.toString()))
                .toList();
    }

    private Path file(ArtifactUpload upload) {
        return folder.resolve(upload.job().job() + "-" + upload.sha256());
    }
}
