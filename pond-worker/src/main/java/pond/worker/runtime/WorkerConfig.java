package pond.worker.runtime;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.Set;
import pond.common.protocol.Attach;
import pond.common.protocol.WorkerProtocol;
import pond.worker.checkout.Owner;
import pond.worker.checkout.Sha256;
import pond.worker.executors.ExecutorRegistry;
import pond.worker.sandbox.Sandbox;

/**
 * What a worker is.
 *
 * @param name for people, and in the names of its threads
 * @param version of the software, for people
 * @param slots how many jobs run side by side, at least 1
 * @param sandbox finds the processes that an earlier life of this worker has left
 * @param keys what its identity does for agents' jobs; empty for a worker without one, which runs no such jobs
 */
public record WorkerConfig(
        String name, String version, int slots, Offer offer, Disk disk, Sandbox sandbox, Optional<JobKeys> keys) {
    /** A worker without keys of its own, such as one in the server's process. */
    public WorkerConfig(String name, String version, int slots, Offer offer, Disk disk, Sandbox sandbox) {
        this(name, version, slots, offer, disk, sandbox, Optional.empty());
    }

    public WorkerConfig {
        if (slots < 1) {
            throw new IllegalArgumentException("a worker has at least one slot");
        }
    }

    /**
     * What a worker can do.
     *
     * @param executors their kinds are what is advertised
     * @param capabilities such as {@code harness.codex}
     * @param tags such as {@code gpu}
     */
    public record Offer(ExecutorRegistry executors, Set<String> capabilities, Set<String> tags) {
        public Offer {
            capabilities = Set.copyOf(capabilities);
            tags = Set.copyOf(tags);
        }
    }

    /**
     * What a worker takes of the disk.
     *
     * @param stateDir this worker's own; folders of jobs and the bundles that it keeps lie there
     * @param minFreeBytes no job is taken while the disk of the state folder has less
     * @param bundleCacheBytes how much of it bundles may keep, half as they come and half as shared checkouts
     * @param owner whom confined stages run as where that is not the worker's own user; what they see belongs to them
     */
    public record Disk(Path stateDir, long minFreeBytes, long bundleCacheBytes, Optional<Owner> owner) {
        private static final int MARK_LENGTH = 16;

        /** For stages that run as the worker's user. */
        public Disk(Path stateDir, long minFreeBytes, long bundleCacheBytes) {
            this(stateDir, minFreeBytes, bundleCacheBytes, Optional.empty());
        }

        /** With a floor of 256 MiB and 2 GiB for bundles. */
        public static Disk of(Path stateDir) {
            return new Disk(stateDir, 256L << 20, 2L << 30);
        }

        /** The same for stages that run as this user. */
        public Disk ownedBy(Owner user) {
            return new Disk(stateDir, minFreeBytes, bundleCacheBytes, Optional.of(user));
        }

        /**
         * The mark of this worker's processes: the same for every worker that uses this folder, of which there is one at
         * a time.
         */
        public String mark() {
            MessageDigest digest = Sha256.start();
            digest.update(stateDir.toAbsolutePath().normalize().toString().getBytes(StandardCharsets.UTF_8));
            return Sha256.hex(digest).substring(0, MARK_LENGTH);
        }
    }

    /** What the server is told. */
    Attach attach() {
        return new Attach(
                WorkerProtocol.VERSION,
                name,
                version,
                offer.executors().kinds(),
                offer.capabilities(),
                offer.tags(),
                slots);
    }
}
