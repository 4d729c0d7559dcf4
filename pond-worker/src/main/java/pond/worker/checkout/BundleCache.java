package pond.worker.checkout;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import pond.common.protocol.Job.BundleRef;

/**
 * Bundles by digest on this worker's disk, so that the stages of a run bring theirs once. Past the byte bound those that
 * were not used for longest go; one that is being read stays, even where that means being over the bound for a while.
 * Empty at the start. Safe for use by several threads: they wait for one another only when they want the same bundle.
 */
public final class BundleCache {
    /** The digest is a file name here. */
    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

    private final Path folder;
    private final long maxBytes;
    /** In order of use, the latest last. */
    private final Map<String, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);

    private long bytes;

    /** Takes the folder for itself: what is in it is deleted. */
    public BundleCache(Path folder, long maxBytes) throws IOException {
        Trees.delete(folder);
        this.folder = Files.createDirectories(folder);
        this.maxBytes = maxBytes;
    }

    /** Brings a bundle from the server; called when the cache does not have it. */
    public interface Source {
        InputStream open() throws IOException, InterruptedException;
    }

    /**
     * Opens a bundle; the caller closes the stream. A thread that wants a bundle which another one is bringing waits for
     * that, and brings it itself should the other fail.
     *
     * @throws BundleException when what the source gave is not the bundle
     */
    public InputStream open(BundleRef bundle, Source source) throws IOException, InterruptedException {
        Entry entry = pin(bundle.sha256());
        boolean opened = false;
        try {
            entry.filling.lockInterruptibly();
            try {
                if (!entry.filled) {
                    fill(entry, bundle, source);
                }
            } finally {
                entry.filling.unlock();
            }
            InputStream stream = new Pinned(Files.newInputStream(entry.file), entry);
            opened = true;
            return stream;
        } finally {
            if (!opened) {
                unpin(entry);
            }
        }
    }

    private void fill(Entry entry, BundleRef bundle, Source source) throws IOException, InterruptedException {
        Path partial = folder.resolve(bundle.sha256() + ".partial");
        try (DigestedStream in = new DigestedStream(source.open(), bundle);
                OutputStream out =
                        Files.newOutputStream(partial, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            in.transferTo(out);
            in.verify();
            Files.move(partial, entry.file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(partial);
        }
        synchronized (this) {
            entry.filled = true;
            entry.size = bundle.size();
            bytes += entry.size;
            evict();
        }
    }

    private synchronized Entry pin(String sha256) throws BundleException {
        if (!DIGEST.matcher(sha256).matches()) {
            throw new BundleException("the job names its bundle by something that is not a SHA-256");
        }
        Entry entry = entries.computeIfAbsent(sha256, key -> new Entry(folder.resolve(key)));
        entry.readers++;
        return entry;
    }

    private synchronized void unpin(Entry entry) throws IOException {
        entry.readers--;
        evict();
    }

    /** The caller holds the monitor. */
    private void evict() throws IOException {
        Iterator<Entry> oldest = entries.values().iterator();
        while (oldest.hasNext()) {
            Entry entry = oldest.next();
            if (entry.readers == 0 && (bytes > maxBytes || !entry.filled)) {
                oldest.remove();
                bytes -= entry.size;
                Files.deleteIfExists(entry.file);
            }
        }
    }

    /** A bundle that is here or being brought; all but the lock is guarded by the cache's monitor. */
    private static final class Entry {
        final Path file;
        final ReentrantLock filling = new ReentrantLock();
        volatile boolean filled;
        long size;
        int readers;

        Entry(Path file) {
            this.file = file;
        }
    }

    private final class Pinned extends FilterInputStream {
        private final Entry entry;
        private final AtomicBoolean closed = new AtomicBoolean();

        Pinned(InputStream in, Entry entry) {
            super(in);
            this.entry = entry;
        }

        @Override
        public void close() throws IOException {
            if (closed.compareAndSet(false, true)) {
                super.close();
                unpin(entry);
            }
        }
    }
}
