package pond.server.local;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import pond.common.definition.ExecutorKind;
import pond.common.protocol.WorkerProtocol;
import pond.server.runs.RunService;
import pond.server.sources.SourceFetcher;
import pond.worker.executors.BuiltinExecutor;
import pond.worker.executors.Executor;
import pond.worker.executors.ExecutorRegistry;
import pond.worker.executors.NoopExecutor;
import pond.worker.executors.ShellExecutor;
import pond.worker.runtime.Worker;
import pond.worker.runtime.WorkerConfig;
import pond.worker.runtime.WorkerConfig.Disk;
import pond.worker.runtime.WorkerConfig.Offer;
import pond.worker.sandbox.BareSandbox;

/**
 * The workers inside the server: {@code local} for stages, where the operator wants one, and {@code fetch} for sources.
 * Started last and closed first.
 */
public final class LocalWorkers implements AutoCloseable {
    /** Fetches wait for networks most of the time; a few side by side keep a slow one from holding up the rest. */
    private static final int FETCH_SLOTS = 4;

    /** At the end of the server: short stages finish, long ones are handed back. */
    private static final Duration DRAIN = Duration.ofSeconds(2);

    private static final Duration ATTACH = Duration.ofSeconds(30);

    private final List<Worker> workers = new ArrayList<>();

    private LocalWorkers() {}

    /**
     * What the operator wants.
     *
     * @param work a folder for what the workers keep
     * @param executors what {@code local} runs; none: there is no such worker
     * @param slots how many stages it runs side by side
     * @param minFreeBytes no job is taken while the disk has less
     */
    public record Settings(
            Path work, Set<ExecutorKind> executors, int slots, String version, InstantSource clock, long minFreeBytes) {
        public Settings {
            executors = Set.copyOf(executors);
        }
    }

    /**
     * Starts them, and returns when they are attached.
     *
     * @param protocol gives each worker somebody to speak to
     * @throws IOException when the work folder cannot be used
     */
    public static LocalWorkers start(
            Settings settings, Supplier<WorkerProtocol> protocol, RunService runs, SourceFetcher fetcher)
            throws IOException {
        LocalWorkers local = new LocalWorkers();
        Disk fetchDisk = disk(settings, "fetch");
        ExecutorRegistry fetch = new ExecutorRegistry(List.of(new FetchExecutor(runs, fetcher)));
        local.start(settings, "fetch", FETCH_SLOTS, fetch, fetchDisk, protocol.get());
        if (!settings.executors().isEmpty()) {
            Disk disk = disk(settings, "local");
            local.start(settings, "local", settings.slots(), executors(settings, disk), disk, protocol.get());
        }
        try {
            local.awaitAttached();
        } catch (IOException e) {
            local.close();
            throw e;
        }
        return local;
    }

    /** Whoever submits from now on finds them there; attaching is one write each, so this takes no time to speak of. */
    private void awaitAttached() throws IOException {
        CompletableFuture<?>[] all = workers.stream().map(Worker::attached).toArray(CompletableFuture<?>[]::new);
        try {
            CompletableFuture.allOf(all).get(ATTACH.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the server's own workers attached", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the server's own workers could not attach", e);
        }
    }

    private static ExecutorRegistry executors(Settings settings, Disk disk) {
        List<Executor> executors = new ArrayList<>();
        for (ExecutorKind kind : settings.executors()) {
            executors.add(
                    switch (kind) {
                        case NOOP -> new NoopExecutor();
                        case BUILTIN -> new BuiltinExecutor();
                        case SHELL -> new ShellExecutor(new BareSandbox(disk.stateDir()), disk.mark());
                        case SWARM, FETCH ->
                            throw new IllegalArgumentException("the server's own worker does not run " + kind);
                    });
        }
        return new ExecutorRegistry(executors);
    }

    /** The server knows how much room must be left; a floor of their own would say something else. */
    private static Disk disk(Settings settings, String worker) {
        Disk usual = Disk.of(settings.work().resolve(worker));
        return new Disk(usual.stateDir(), settings.minFreeBytes(), usual.bundleCacheBytes());
    }

    private void start(
            Settings settings, String name, int slots, ExecutorRegistry executors, Disk disk, WorkerProtocol protocol)
            throws IOException {
        Offer offer = new Offer(executors, Set.of(), Set.of());
        WorkerConfig config = new WorkerConfig(name, settings.version(), slots, offer, disk, new BareSandbox());
        workers.add(Worker.start(config, protocol, settings.clock(), System::nanoTime));
    }

    /** Lets running stages finish for a while, ends the rest and gives it back, detaches. */
    @Override
    public void close() {
        // Both side by side: neither's stages get more time, or less, because the other has some.
        CompletableFuture.allOf(workers.stream()
                        .map(worker -> CompletableFuture.runAsync(() -> close(worker), LocalWorkers::inAThread))
                        .toArray(CompletableFuture<?>[]::new))
                .join();
    }

    private static void close(Worker worker) {
        try {
            worker.drain(DRAIN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        worker.close();
    }

    private static void inAThread(Runnable work) {
        new Thread(work, "pond-local-close").start();
    }
}
