package pond.worker.checkout;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pond.common.protocol.Job.BundleRef;

/**
 * Extracted bundles by digest on this worker's disk, one tree for all jobs of a bundle. Nobody writes a tree after it was
 * made: jobs see it read-only, or below what they change. Past the byte bound those that were not used for longest go; one
 * that a job holds stays, even where that means being over the bound for a while. Empty at the start. Safe for use by
 * several threads: they wait for one another only when they want the same bundle.
 *
 * <p>The {@link BundleCache} keeps the tar beside it. That is the same bytes twice, within a bound each. What is got for
 * it: a stage that has its checkout for itself is made one from the tar, as the worker's user and without a tree that it
 * may not need; a tree that had to go comes back without the server; and each of the two can go while the other is held.
 */
public final class Checkouts {
    private static final Logger LOG = LoggerFactory.getLogger(Checkouts.class);
    /** The digest is a part of a file name here. */
    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
    /** What a file takes of the disk beyond its bytes: most of a block, and an inode. */
    private static final long BYTES_PER_ENTRY = 4096;

    private final Path folder;
    private final long maxBytes;
    private final BundleExtractor.Limits limits;
    private final Optional<Owner> owner;
    /** In order of use, the latest last. */
    private final Map<String, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);

    private long bytes;
    private long made;

    /**
     * Takes the folder for itself: what is in it is deleted.
     *
     * @param owner whom the trees are to belong to, unless to this process: an overlay takes in no file of a user that
     *     its namespace does not know
     */
    public Checkouts(Path folder, long maxBytes, BundleExtractor.Limits limits, Optional<Owner> owner)
            throws IOException {
        Trees.delete(folder);
        this.folder = Files.createDirectories(folder);
        this.maxBytes = maxBytes;
        this.limits = limits;
        this.owner = owner;
    }

    /** A hold on a tree; closing it, once or twice, lets the tree go when there is no room. */
    public final class Pin implements Closeable {
        private final Entry entry;
        private final AtomicBoolean closed = new AtomicBoolean();

        private Pin(Entry entry) {
            this.entry = entry;
        }

        /** The checkout; not to be written. */
        public Path tree() {
            return entry.tree;
        }

        @Override
        public void close() {
            if (closed.compareAndSet(false, true)) {
                unpin(entry);
            }
        }
    }

    /**
     * Gives the bundle's tree, which is made if need be. A thread that wants a bundle which another one is extracting
     * waits for that, and extracts it itself should the other fail.
     *
     * @throws BundleException when what the source gave is not the bundle, or the bundle is refused
     */
    public Pin pin(BundleRef bundle, BundleCache.Source tar) throws IOException, InterruptedException {
        Entry entry = hold(bundle.sha256());
        boolean pinned = false;
        try {
            entry.filling.lockInterruptibly();
            try {
                if (!entry.filled) {
                    fill(entry, bundle, tar);
                }
            } finally {
                entry.filling.unlock();
            }
            pinned = true;
            return new Pin(entry);
        } finally {
            if (!pinned) {
                unpin(entry);
            }
        }
    }

    private void fill(Entry entry, BundleRef bundle, BundleCache.Source tar) throws IOException, InterruptedException {
        Path partial = entry.tree.resolveSibling(entry.tree.getFileName() + ".partial");
        int files;
        try (InputStream in = tar.open()) {
            files = BundleExtractor.extract(in, bundle, partial, limits, owner);
        }
        Files.move(partial, entry.tree, StandardCopyOption.ATOMIC_MOVE);
        List<Entry> gone;
        synchronized (this) {
            entry.filled = true;
            entry.size = bundle.size() + BYTES_PER_ENTRY * files;
            bytes += entry.size;
            gone = evicted();
        }
        delete(gone);
    }

    private synchronized Entry hold(String sha256) throws BundleException {
        if (!DIGEST.matcher(sha256).matches()) {
            throw new BundleException("the job names its bundle by something that is not a SHA-256");
        }
        // A number in each name, because a tree may still be on its way out when the same bundle is wanted again.
        Entry entry = entries.computeIfAbsent(sha256, key -> new Entry(folder.resolve(key + "-" + ++made)));
        entry.holders++;
        return entry;
    }

    private void unpin(Entry entry) {
        List<Entry> gone;
        synchronized (this) {
            entry.holders--;
            gone = evicted();
        }
        delete(gone);
    }

    /** Takes out what has to go; the caller holds the monitor, and deletes the trees when it does not any more. */
    private List<Entry> evicted() {
        List<Entry> gone = new ArrayList<>();
        Iterator<Entry> oldest = entries.values().iterator();
        while (oldest.hasNext()) {
            Entry entry = oldest.next();
            if (entry.holders == 0 && (bytes > maxBytes || !entry.filled)) {
                oldest.remove();
                bytes -= entry.size;
                gone.add(entry);
            }
        }
        return gone;
    }

    private static void delete(List<Entry> gone) {
        for (Entry entry : gone) {
            try {
                Trees.delete(entry.tree);
            } catch (IOException e) {
                LOG.warn("a checkout cannot be removed; it takes room until the next start", e);
            }
        }
    }

    /** A tree that is here or being made; all but the lock is guarded by the room's monitor. */
    private static final class Entry {
        final Path tree;
        final ReentrantLock filling = new ReentrantLock();
        volatile boolean filled;
        long size;
        int holders;

        Entry(Path tree) {
            this.tree = tree;
        }
    }
}
