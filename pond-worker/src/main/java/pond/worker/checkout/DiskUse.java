package pond.worker.checkout;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.PosixFileAttributes;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * What lies below a folder while a stage may be writing there, as near as can be told from outside. Files count by their
 * length in whole blocks, so one with holes counts as if it had none; a large file with several names counts once.
 *
 * @param bytes an upper estimate of what is taken of the disk, for what was looked at
 * @param entries files, folders and all else
 * @param complete false when something was not looked at: a folder that its mode keeps us out of or that lies too deep,
 *     or there was no time for all. A stage can bring that about, so whoever sets a bound counts it as past the bound
 *     when it stays so
 */
public record DiskUse(long bytes, long entries, boolean complete) {
    /** Each level costs an open file here. */
    private static final int MAX_DEPTH = 128;

    private static final long BLOCK = 4096;
    private static final long LARGE = 1 << 20;
    private static final int MAX_LARGE = 100_000;

    /**
     * Looks at everything below the folder, which must be one and no link to one; never follows a link.
     *
     * @param atMost how long to look
     * @param nanos a monotonic clock in nanoseconds, such as {@code System::nanoTime}
     * @throws IOException when the folder itself cannot be opened
     */
    public static DiskUse of(Path folder, Duration atMost, LongSupplier nanos) throws IOException {
        try (SecureDirectoryStream<Path> top = Folders.open(folder)) {
            Look look = new Look(nanos, nanos.getAsLong() + atMost.toNanos());
            look.folder(top, 1);
            return new DiskUse(look.bytes, look.entries, look.complete);
        }
    }

    /** One pass; for one thread. */
    private static final class Look {
        private final LongSupplier nanos;
        private final long deadline;
        private final Set<Object> large = new HashSet<>();
        private long bytes;
        private long entries;
        private boolean complete = true;

        Look(LongSupplier nanos, long deadline) {
            this.nanos = nanos;
            this.deadline = deadline;
        }

        void folder(SecureDirectoryStream<Path> folder, int depth) {
            try {
                for (Path entry : folder) {
                    if (isOver()) {
                        complete = false;
                        return;
                    }
                    entry(folder, entry.getFileName(), depth);
                }
            } catch (DirectoryIteratorException e) {
                complete = false;
            }
        }

        private boolean isOver() {
            return nanos.getAsLong() - deadline >= 0;
        }

        private void entry(SecureDirectoryStream<Path> folder, Path name, int depth) {
            try {
                PosixFileAttributes attributes = Folders.attributes(folder, name);
                entries++;
                count(attributes);
                if (attributes.isDirectory()) {
                    subfolder(folder, name, depth);
                }
            } catch (NoSuchFileException e) {
                return; // Deleted since it was listed: there is nothing to count.
            } catch (IOException e) {
                complete = false;
            }
        }

        private void count(PosixFileAttributes attributes) {
            long size = attributes.size();
            Object key = attributes.fileKey();
            boolean known = attributes.isRegularFile()
                    && size >= LARGE
                    && key != null
                    && large.size() < MAX_LARGE
                    && !large.add(key);
            if (!known) {
                bytes += size > Long.MAX_VALUE - bytes - BLOCK ? Long.MAX_VALUE - bytes : blocks(size);
            }
        }

        private void subfolder(SecureDirectoryStream<Path> folder, Path name, int depth) throws IOException {
            if (depth >= MAX_DEPTH) {
                complete = false;
                return;
            }
            try (SecureDirectoryStream<Path> opened = Folders.child(folder, name)) {
                folder(opened, depth + 1);
            }
        }

        private static long blocks(long size) {
            return (size + BLOCK - 1) / BLOCK * BLOCK;
        }
    }
}
