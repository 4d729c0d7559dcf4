package pond.worker.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pond.common.definition.ExecutorSpec;
import pond.common.protocol.Job;
import pond.common.protocol.Job.BundleRef;
import pond.worker.checkout.BundleCache;
import pond.worker.checkout.BundleExtractor;
import pond.worker.checkout.Checkouts;
import pond.worker.checkout.Copies;
import pond.worker.checkout.CopyMethod;
import pond.worker.checkout.Owner;
import pond.worker.checkout.Throwaway;
import pond.worker.runtime.Workspace.Part;
import pond.worker.sandbox.HostCommand;

/** The folders of all jobs, below the worker's state folder, and the bundles and shared checkouts beside them. */
final class Workspaces {
    private static final Logger LOG = LoggerFactory.getLogger(Workspaces.class);

    /** Far above what a repository holds, far below what fills a disk with empty files. */
    static final BundleExtractor.Limits BUNDLE = new BundleExtractor.Limits(1_000_000, 32L << 30);

    private final Path folder;
    private final SpareFolders spares;
    private final Shared shared;
    private final Optional<Owner> owner;
    private final long minFreeBytes;

    private Workspaces(Path folder, SpareFolders spares, Shared shared, WorkerConfig.Disk disk) {
        this.folder = folder;
        this.spares = spares;
        this.shared = shared;
        this.owner = disk.owner();
        this.minFreeBytes = disk.minFreeBytes();
    }

    /** What jobs have in common. */
    private record Shared(BundleCache bundles, Checkouts checkouts, Copies copies) {}

    /**
     * Opens the worker's state folder and removes what jobs of an earlier process have left there; their processes must
     * be gone by then. No other worker may use the folder.
     *
     * @param host runs the programs that copy checkouts
     */
    static Workspaces open(WorkerConfig.Disk disk, HostCommand host) throws IOException {
        // By its real path, which is what sandboxes show: one that no mount can name is found out here, not in a stage.
        Path state = Files.createDirectories(disk.stateDir()).toRealPath();
        Path work = state.resolve("work");
        Files.createDirectories(work, Workspace.mode(disk.owner().isPresent()));
        sweep(work);
        Path spare = Files.createDirectories(state.resolve("spare"), Workspace.mode(false));
        sweep(spare);
        long half = disk.bundleCacheBytes() / 2;
        Shared shared = new Shared(
                new BundleCache(state.resolve("bundles"), half),
                new Checkouts(state.resolve("checkouts"), half, BUNDLE, disk.owner()),
                new Copies(host, state.resolve("copy-probe"), disk.owner()));
        return new Workspaces(work, new SpareFolders(spare, Part.OF_PLAIN_STAGE), shared, disk);
    }

    private static void sweep(Path work) throws IOException {
        try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(work)) {
            for (Path leftover : leftovers) {
                try {
                    new Workspace(leftover, false).delete();
                } catch (IOException e) {
                    LOG.warn("a job's folder from before cannot be removed; it takes room and does no other harm", e);
                }
            }
        }
    }

    /** The job's folder; nothing is made yet. The same job may come again under a new lease while the old one ends. */
    Workspace of(Job job) {
        Path root = folder.resolve(job.id() + "-" + job.fence());
        boolean bringsNothing =
                job.bundle() == null && !job.hasInputs() && job.executor() instanceof ExecutorSpec.Shell;
        return bringsNothing && owner.isEmpty()
                ? Workspace.ofPlainStage(root, spares)
                : new Workspace(root, owner.isPresent());
    }

    InputStream openBundle(BundleRef bundle, BundleCache.Source source) throws IOException, InterruptedException {
        return shared.bundles().open(bundle, source);
    }

    Checkouts.Pin pin(BundleRef bundle, BundleCache.Source tar) throws IOException, InterruptedException {
        return shared.checkouts().pin(bundle, tar);
    }

    /** The tree of a job without a bundle. */
    Path empty(Workspace workspace) throws IOException {
        Path tree = workspace.make(Part.EMPTY);
        if (owner.isPresent()) {
            owner.get().take(tree);
        }
        return tree;
    }

    /**
     * Finds out how checkouts are copied here and logs it, so that no stage has to wait for that. To be called on a thread
     * of its own, and only where stages are confined to such copies.
     */
    void tryCopies() {
        try {
            CopyMethod unused = shared.copies().method();
        } catch (IOException e) {
            LOG.warn(
                    "how checkouts can be copied could not be tried; the first stage that needs a copy tries again", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A copy of a shared tree in the job's folder, for its stage to change; see {@link Copies#make}. */
    Throwaway copy(Path tree, Workspace workspace, Duration atMost, BooleanSupplier unwanted)
            throws IOException, InterruptedException {
        return shared.copies().make(tree, workspace.place(Part.COPY), atMost, unwanted);
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
