package pond.worker.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import pond.common.definition.ExecutorKind;
import pond.common.net.AddressRange;
import pond.worker.broker.Broker;
import pond.worker.checkout.Owner;
import pond.worker.egress.EgressLimits;
import pond.worker.egress.EgressProxy;
import pond.worker.egress.EgressRules;
import pond.worker.egress.HostResolver;
import pond.worker.egress.relay.Relay;
import pond.worker.executors.BuiltinExecutor;
import pond.worker.executors.EgressNetwork;
import pond.worker.executors.Executor;
import pond.worker.executors.ExecutorRegistry;
import pond.worker.executors.ModelDoors;
import pond.worker.executors.NoopExecutor;
import pond.worker.executors.ShellExecutor;
import pond.worker.executors.StageSandboxes;
import pond.worker.executors.SwarmExecutor;
import pond.worker.identity.WorkerKeys;
import pond.worker.runtime.JobKeys;
import pond.worker.runtime.WorkerConfig;
import pond.worker.runtime.WorkerConfig.Disk;
import pond.worker.runtime.WorkerConfig.Offer;
import pond.worker.sandbox.BareSandbox;
import pond.worker.sandbox.bubblewrap.Bubblewrap;
import pond.worker.sandbox.bubblewrap.Probe;
import pond.worker.sandbox.bubblewrap.SandboxSettings;

/**
 * Makes a worker's parts out of its options; the only place that names their classes. The options are checked at once;
 * the parts are made when the state folder is this worker's alone.
 */
final class WorkerAssembly {
    private static final long BUNDLE_CACHE_BYTES = 2L << 30;
    private static final Path SOCAT = Path.of("/usr/bin/socat");
    private static final Path JAVA = Path.of(System.getProperty("java.home", "/usr"), "bin", "java");

    private final String name;
    private final int slots;
    private final Set<ExecutorKind> kinds;
    private final Set<String> capabilities;
    private final Set<String> tags;
    private final Disk disk;
    private final SandboxSettings sandboxes;
    private final boolean plainAllowed;
    private final List<String> egressHosts;
    private final List<AddressRange> egressRanges;

    /** Throws {@link IllegalArgumentException} with one line for an option that is not good. */
    WorkerAssembly(ServerOptions server, WorkerOptions options, SandboxOptions sandbox) {
        name = options.workerName();
        slots = options.slots();
        kinds = options.executors();
        capabilities = options.capabilities();
        tags = options.tags();
        disk = new Disk(server.stateFolder().toAbsolutePath().normalize(), server.minFreeBytes(), BUNDLE_CACHE_BYTES);
        sandboxes = new SandboxSettings(
                disk.stateDir(), disk.mark(), sandbox.user(), sandbox.toolDirs(), List.of(), sandbox.softLimits);
        plainAllowed = !sandbox.requireSandbox;
        egressHosts = sandbox.egressHosts();
        egressRanges = sandbox.egressRanges();
    }

    String name() {
        return name;
    }

    Path stateDir() {
        return disk.stateDir();
    }

    /** What a worker runs with; closed after it has ended. */
    record Parts(WorkerConfig config, Optional<Bubblewrap> bubblewrap, Broker broker) implements AutoCloseable {
        @Override
        public void close() {
            bubblewrap.ifPresent(Bubblewrap::close);
            broker.close();
        }
    }

    /** What executors are made of. */
    private record Means(BareSandbox plain, StageSandboxes sandboxes, Broker broker) {}

    /** Makes the parts; sandboxes are tried, which takes about a second. */
    Parts build(WorkerKeys keys) throws IOException, InterruptedException {
        BareSandbox plain = new BareSandbox(disk.stateDir());
        Optional<Bubblewrap> bubblewrap = kinds.contains(ExecutorKind.SHELL) || kinds.contains(ExecutorKind.SWARM)
                ? Optional.of(Bubblewrap.open(sandboxes))
                : Optional.empty();
        Broker broker = new Broker(InstantSource.system());
        try {
            Means means = new Means(
                    plain, bubblewrap.isPresent() ? sandboxes(bubblewrap.get()) : StageSandboxes.none(), broker);
            List<Executor> executors = new ArrayList<>();
            for (ExecutorKind kind : kinds) {
                executors.add(executor(kind, means));
            }
            Set<String> offered = new HashSet<>(capabilities);
            bubblewrap
                    .map(Bubblewrap::state)
                    .ifPresent(state ->
                            offered.addAll(state instanceof Probe.Capabilities found ? found.words() : Set.of()));
            Offer offer = new Offer(new ExecutorRegistry(executors), offered, tags);
            Disk owned =
                    bubblewrap.flatMap(WorkerAssembly::owner).map(disk::ownedBy).orElse(disk);
            Optional<JobKeys> own = Optional.of(new JobKeys(keys::sign, keys::open));
            return new Parts(
                    new WorkerConfig(name, VersionProvider.version(), slots, offer, owned, plain, own),
                    bubblewrap,
                    broker);
        } catch (IOException | RuntimeException e) {
            bubblewrap.ifPresent(Bubblewrap::close);
            broker.close();
            throw e;
        }
    }

    /** Whom shared checkouts are to belong to, unless to the worker. */
    private static Optional<Owner> owner(Bubblewrap bubblewrap) {
        return bubblewrap.uid().flatMap(uid -> bubblewrap.gid().map(gid -> new Owner(uid, gid)));
    }

    private Executor executor(ExecutorKind kind, Means means) throws IOException {
        return switch (kind) {
            case NOOP -> new NoopExecutor();
            case BUILTIN -> new BuiltinExecutor();
            case SHELL -> new ShellExecutor(means.plain(), disk.mark(), means.sandboxes());
            case SWARM -> new SwarmExecutor(means.sandboxes(), doors(means), disk.mark(), sandboxes.tools());
            case FETCH -> throw new IllegalArgumentException("this worker has no executor for " + kind);
        };
    }

    private ModelDoors doors(Means means) throws IOException {
        return new ModelDoors(
                disk.stateDir().resolve("broker"),
                means.broker(),
                () -> uid(means.sandboxes().bubblewrap().orElseThrow()),
                relay());
    }

    private StageSandboxes sandboxes(Bubblewrap bubblewrap) throws IOException {
        EgressNetwork network = new EgressNetwork(
                disk.stateDir().resolve("egress"),
                uid -> new EgressProxy(
                        new EgressRules(egressHosts, egressRanges, uid, EgressLimits.DEFAULT), HostResolver.SYSTEM),
                () -> uid(bubblewrap),
                relay());
        return new StageSandboxes(Optional.of(bubblewrap), Optional.of(network), plainAllowed);
    }

    private static OptionalInt uid(Bubblewrap bubblewrap) {
        return bubblewrap.uid().map(OptionalInt::of).orElseGet(OptionalInt::empty);
    }

    private static Relay relay() {
        return Relay.choose(SOCAT, JAVA, jar());
    }

    /** Where this program was started from, for the relay that a sandbox without socat runs. */
    private static Path jar() {
        return Path.of(System.getProperty("java.class.path", "").split(":", 2)[0])
                .toAbsolutePath();
    }
}
