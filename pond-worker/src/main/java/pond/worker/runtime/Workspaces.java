package pond.worker.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pond.common.protocol.Job;
import pond.common.protocol.Job.BundleRef;
import pond.worker.checkout.BundleCache;

/** The folders of all jobs, below the worker's state folder, and the bundles beside them. */
final class Workspaces {
    private static final Logger LOG = LoggerFactory.getLogger(Workspaces.class);

    private final Path folder;
    private final BundleCache bundles;
    private final long minFreeBytes;

    private Workspaces(Path folder, BundleCache bundles, long minFreeBytes) {
        this.folder = folder;
        this.bundles = bundles;
        this.minFreeBytes = minFreeBytes;
    }

    /**
     * Opens the worker's state folder and removes what jobs of an earlier process have left there; their processes must
     * be gone by then. No other worker may use the folder.
     */
    static Workspaces open(WorkerConfig.Disk disk) throws IOException {
        Path work = disk.stateDir().resolve("work");
        Files.createDirectories(
                work, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        sweep(work);
        BundleCache bundles = new BundleCache(disk.stateDir().resolve("bundles"), disk.bundleCacheBytes());
        return new Workspaces(work, bundles, disk.minFreeBytes());
    }

    private static void sweep(Path work) throws IOException {
        try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(work)) {
            for (Path leftover : leftovers) {
                try {
                    new Workspace(leftover).delete();
                } catch (IOException e) {
                    LOG.warn("a job's folder from before cannot be removed; it takes room and does no other harm", e);
                }
            }
        }
    }

    /** The job's folder; nothing is made yet. The same job may come again under a new lease while the old one ends. */
    Workspace of(Job job) {
        return new Workspace(folder.resolve(job.id() + "-" + job.fence()));
    }

    InputStream openBundle(BundleRef bundle, BundleCache.Source source) throws IOException, InterruptedException {
        return bundles.open(bundle, source);
    }

    /** Why no further job should be taken, if so. A disk that runs full in the middle fails more than one stage. */
    Optional<String> refusal() {
        // By File, which asks for the one number; a FileStore reads the table of mounts first.
        long free = folder.toFile().getUsableSpace();
        return free >= minFreeBytes
                ? Optional.empty()
                : Optional.of("the disk has %d MiB left and no job is taken below %d MiB"
                        .formatted(free >> 20, minFreeBytes >> 20));
    }
}
