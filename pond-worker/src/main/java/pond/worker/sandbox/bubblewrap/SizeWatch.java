package pond.worker.sandbox.bubblewrap;

import java.io.File;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at what sandboxes use where the kernel keeps no bound, and has those ended that are over. A stage can be over for
 * as long as it takes until the next look: these bounds are soft. Safe for use by several threads.
 */
final class SizeWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SizeWatch.class);
    private static final long MEMORY_EVERY_MILLIS = 500;
    private static final int DISK_EVERY = 4;
    /** A walk through many files gets this many times its own length of rest. */
    private static final long REST = 10;

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "pond-sandbox-sizes");
        thread.setDaemon(true);
        return thread;
    });
    private final Set<Watched> all = ConcurrentHashMap.newKeySet();
    private final long minFreeBytes;
    private int turns;
    private long diskRestUntil = System.nanoTime();

    /** @param minFreeBytes below this on the disk of a stage's folders the stage is ended */
    SizeWatch(long minFreeBytes) {
        this.minFreeBytes = minFreeBytes;
        ScheduledFuture<?> unused = timer.scheduleWithFixedDelay(
                this::look, MEMORY_EVERY_MILLIS, MEMORY_EVERY_MILLIS, TimeUnit.MILLISECONDS);
    }

    /**
     * One sandbox.
     *
     * @param hard whether a cgroup keeps its bound on memory
     * @param over ends it; takes the reason, in words
     */
    record Watched(
            SandboxPolicy policy, StageFolders folders, SandboxStatus status, boolean hard, Consumer<String> over) {}

    void add(Watched watched) {
        all.add(watched);
    }

    void remove(Watched watched) {
        all.remove(watched);
    }

    private void look() {
        if (all.isEmpty()) {
            return;
        }
        try {
            lookAtMemory();
            if (++turns % DISK_EVERY == 0 && System.nanoTime() - diskRestUntil >= 0) {
                long start = System.nanoTime();
                lookAtDisk();
                diskRestUntil = System.nanoTime() + REST * (System.nanoTime() - start);
            }
        } catch (RuntimeException e) {
            // The next turn tries again; a watch that ended for good would leave every later stage without its bounds.
            LOG.error("what stages use could not be looked at", e);
        }
    }

    private void lookAtMemory() {
        List<Watched> bounded = all.stream()
                .filter(watched ->
                        !watched.hard() && watched.policy().limits().memory().isPresent())
                .toList();
        if (bounded.isEmpty()) {
            return;
        }
        MemoryScan scan = MemoryScan.now();
        for (Watched watched : bounded) {
            long most = watched.policy().limits().memory().getAsLong();
            OptionalLong used = used(watched, scan);
            if (used.isPresent() && used.getAsLong() > most) {
                watched.over().accept("it used more than its " + ByteSize.format(most) + " of memory");
            }
        }
    }

    private static OptionalLong used(Watched watched, MemoryScan scan) {
        Optional<Long> first = watched.status().childPid();
        if (first.isEmpty()) {
            return OptionalLong.empty();
        }
        long bytes = scan.below(first.get()) + fileSystem(first.get(), "/dev/shm");
        if (!watched.policy().onDisk()) {
            bytes += fileSystem(first.get(), SandboxPaths.TEMP) + fileSystem(first.get(), SandboxPaths.HOME);
        }
        return OptionalLong.of(bytes);
    }

    /**
     * What a file system in memory holds, seen through the first process inside; 0 when that is gone, and when it is not
     * inside yet: until bubblewrap has changed its root, the path leads to this machine's own file system.
     */
    static long fileSystem(long pid, String path) {
        Path root = Path.of("/proc/" + pid + "/root");
        try {
            if (Files.isSameFile(root, Path.of("/"))) {
                return 0;
            }
        } catch (IOException e) {
            LOG.debug("the first process of a sandbox is gone: {}", e.toString());
            return 0;
        }
        File folder = new File(root + path);
        return folder.getTotalSpace() - folder.getFreeSpace();
    }

    private void lookAtDisk() {
        for (Watched watched : all) {
            if (watched.folders().output().toFile().getUsableSpace() < minFreeBytes) {
                watched.over().accept("the worker's disk is full");
                continue;
            }
            if (watched.policy().onDisk()) {
                long most = watched.policy().limits().temporary();
                for (Path folder :
                        List.of(watched.folders().home(), watched.folders().temp())) {
                    if (size(folder, most) > most) {
                        watched.over().accept("HOME or /tmp took more than its " + ByteSize.format(most) + " of disk");
                    }
                }
            }
            if (watched.policy().checkout() == CheckoutMount.WRITABLE) {
                long most = watched.policy().limits().written();
                if (isOver(watched.folders().checkout(), most)) {
                    watched.over().accept("it wrote more than " + ByteSize.format(most) + " into its checkout");
                }
            }
        }
    }

    private static boolean isOver(CheckoutFolder checkout, long most) {
        if (checkout instanceof CheckoutFolder.Overlaid overlaid) {
            return size(overlaid.mount().upper(), most) > most;
        }
        return checkout instanceof CheckoutFolder.Own own && size(own.tree(), most + own.given()) > most + own.given();
    }

    /** Bytes of the files below a folder, at least {@code enough} when there are more than that. */
    private static long size(Path folder, long enough) {
        Sum sum = new Sum(enough);
        try {
            Files.walkFileTree(folder, sum);
        } catch (IOException e) {
            LOG.debug("a stage's folder is gone: {}", e.toString());
        }
        return sum.bytes;
    }

    /**
     * Links are not followed; what vanishes while it is looked at counts nothing, and a file with holes counts as long as
     * it says: Java does not tell what it takes.
     */
    private static final class Sum extends SimpleFileVisitor<Path> {
        private final long enough;
        private long bytes;

        Sum(long enough) {
            this.enough = enough;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            bytes += attributes.isRegularFile() ? attributes.size() : 0;
            return bytes > enough ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) {
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e) {
            return FileVisitResult.CONTINUE;
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
