package pond.worker.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import pond.common.definition.ExecutorKind;
import pond.worker.executors.BuiltinExecutor;
import pond.worker.executors.Executor;
import pond.worker.executors.ExecutorRegistry;
import pond.worker.executors.NoopExecutor;
import pond.worker.executors.ShellExecutor;
import pond.worker.runtime.WorkerConfig;
import pond.worker.runtime.WorkerConfig.Disk;
import pond.worker.runtime.WorkerConfig.Offer;
import pond.worker.sandbox.BareSandbox;

/** Makes a worker's parts out of its options; the only place that names their classes. */
final class WorkerAssembly {
    private static final long BUNDLE_CACHE_BYTES = 2L << 30;

    private WorkerAssembly() {}

    /** Throws {@link IllegalArgumentException} with one line for an option that is not good. */
    static WorkerConfig config(ServerOptions server, WorkerOptions options) {
        Disk disk = new Disk(server.stateFolder(), server.minFreeBytes(), BUNDLE_CACHE_BYTES);
        BareSandbox sandbox = new BareSandbox();
        Offer offer = new Offer(executors(options.executors(), sandbox, disk), options.capabilities(), options.tags());
        return new WorkerConfig(options.workerName(), VersionProvider.version(), options.slots(), offer, disk, sandbox);
    }

    private static ExecutorRegistry executors(Set<ExecutorKind> kinds, BareSandbox sandbox, Disk disk) {
        List<Executor> executors = new ArrayList<>();
        for (ExecutorKind kind : kinds) {
            executors.add(
                    switch (kind) {
                        case NOOP -> new NoopExecutor();
                        case BUILTIN -> new BuiltinExecutor();
                        case SHELL -> new ShellExecutor(sandbox, disk.mark());
                        case SWARM, FETCH ->
                            throw new IllegalArgumentException("this worker has no executor for " + kind);
                    });
        }
        return new ExecutorRegistry(executors);
    }
}
