package pond.worker.sandbox.bubblewrap;

import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import pond.common.definition.SandboxProfile;
import pond.common.definition.SandboxSpec;

/**
 * What a stage's sandbox is to be, as this worker makes it of the stage's block: nobody hands it a finished one. Pure.
 *
 * @param onDisk whether HOME and /tmp are folders on the disk, watched for their size, or lie in memory
 */
public record SandboxPolicy(
        SandboxProfile profile, Network network, CheckoutMount checkout, boolean onDisk, Limits limits) {
    /** The name by which definitions and capabilities call this backend. */
    public static final String BACKEND = "bubblewrap";

    private static final SandboxSpec TRUSTED_CODE =
            new SandboxSpec(SandboxProfile.TRUSTED_CODE, null, null, List.of(), null);

    /**
     * Whether limits can be kept.
     *
     * @param hard the kernel keeps the bounds on memory and cores
     * @param bestEffort the operator lets a stage run whose bound on cores nobody keeps
     */
    public record Enforcement(boolean hard, boolean bestEffort) {}

    /** The policy of a stage without a block. */
    public static SandboxPolicy trusted(Enforcement enforcement) throws SandboxRefusedException {
        return of(TRUSTED_CODE, enforcement);
    }

    /**
     * The policy of a stage with this block.
     *
     * @throws SandboxRefusedException when the block asks for what this backend does not have or cannot keep
     */
    public static SandboxPolicy of(SandboxSpec block, Enforcement enforcement) throws SandboxRefusedException {
        if (block.backend() != null && !block.backend().equals(BACKEND)) {
            throw SandboxRefusedException.unavailable("this worker has no sandbox backend '" + block.backend() + "'");
        }
        if (!block.allowHosts().isEmpty() && block.profile() != SandboxProfile.UNTRUSTED_CODE_WRITE) {
            throw SandboxRefusedException.invalid("allow_hosts goes with profile untrusted-code-write only");
        }
        Optional<SandboxSpec.Overrides> overrides = Optional.ofNullable(block.overrides());
        if (overrides.map(SandboxSpec.Overrides::image).isPresent()) {
            throw SandboxRefusedException.invalid(
                    "backend bubblewrap shows the machine's own programs and has no images; leave image out");
        }
        return switch (block.profile()) {
            case NONE -> throw SandboxRefusedException.invalid("profile none is no sandbox");
            case TRUSTED_CODE ->
                new SandboxPolicy(
                        block.profile(),
                        new Network.Host(),
                        CheckoutMount.WRITABLE,
                        true,
                        limits(Limits.TRUSTED, overrides, enforcement));
            case UNTRUSTED_CODE_READ ->
                new SandboxPolicy(
                        block.profile(),
                        new Network.None(),
                        CheckoutMount.READ_ONLY,
                        false,
                        limits(Limits.IN_MEMORY, overrides, enforcement));
            case UNTRUSTED_CODE_WRITE ->
                new SandboxPolicy(
                        block.profile(),
                        new Network.Egress(block.allowHosts()),
                        CheckoutMount.WRITABLE,
                        true,
                        limits(Limits.ON_DISK, overrides, enforcement));
        };
    }

    private static Limits limits(Limits usual, Optional<SandboxSpec.Overrides> overrides, Enforcement enforcement)
            throws SandboxRefusedException {
        if (overrides.isEmpty()) {
            return usual;
        }
        SandboxSpec.Overrides asked = overrides.get();
        OptionalLong memory =
                asked.memory() == null ? usual.memory() : OptionalLong.of(ByteSize.parse("memory", asked.memory()));
        Integer pids = asked.pidsLimit();
        if (pids != null && pids < 1) {
            throw SandboxRefusedException.invalid("pids_limit must be at least 1");
        }
        long temporary =
                asked.tmpfsSize() == null ? usual.temporary() : ByteSize.parse("tmpfs_size", asked.tmpfsSize());
        return new Limits(
                memory,
                cpus(asked, enforcement),
                pids == null ? usual.pids() : pids,
                temporary,
                // A small /tmp says nothing of what a build leaves in its folder; one that needs more there needs it
                // here.
                usual.written() == 0 ? 0 : Math.max(usual.written(), temporary),
                usual.shared(),
                usual.fileSize(),
                usual.openFiles());
    }

    private static Optional<BigDecimal> cpus(SandboxSpec.Overrides asked, Enforcement enforcement)
            throws SandboxRefusedException {
        if (asked.cpus() == null) {
            return Optional.empty();
        }
        BigDecimal cpus;
        try {
            cpus = new BigDecimal(asked.cpus());
        } catch (NumberFormatException e) {
            throw SandboxRefusedException.invalid("cpus must be a number of cores, not '" + asked.cpus() + "'");
        }
        if (cpus.signum() <= 0 || cpus.compareTo(BigDecimal.valueOf(10_000)) >= 0) {
            throw SandboxRefusedException.invalid("cpus must be above 0 and below 10000, not '" + asked.cpus() + "'");
        }
        if (!enforcement.hard() && !enforcement.bestEffort()) {
            throw SandboxRefusedException.unavailable(
                    "this worker cannot hold a stage to a number of cores: it has no cgroup of its own (v2, with"
                            + " controllers cpu, memory and pids, delegated to the worker)");
        }
        return Optional.of(cpus);
    }
}
