package pond.worker.runtime;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import pond.common.api.Failure;
import pond.common.definition.Budget;
import pond.common.definition.ExecutorSpec;
import pond.common.ids.JobId;
import pond.common.ids.ProjectId;
import pond.common.ids.RunId;
import pond.common.protocol.Invocation;
import pond.common.protocol.Job;
import pond.common.protocol.Outcome;
import pond.common.swarm.HarnessSpec;
import pond.common.swarm.ModelSpec;
import pond.common.swarm.OutputRule;
import pond.common.swarm.RateCard;
import pond.worker.executors.ExecutorRegistry;
import pond.worker.executors.NoopExecutor;
import pond.worker.sandbox.BareSandbox;

/** A real worker on a {@link FakeServer}, with stages that do what the test says. */
final class TestWorker implements AutoCloseable {
    static final Job.Limits LIMITS = new Job.Limits(100_000_000, 100_000_000);
    private static final AtomicLong NUMBERS = new AtomicLong();

    final FakeServer server;
    final TestExecutor stages = new TestExecutor();
    final Worker worker;
    private final Path stateDir;

    TestWorker(Path stateDir, int slots, Duration lease) throws IOException {
        this(new FakeServer(lease), WorkerConfig.Disk.of(stateDir), slots);
    }

    TestWorker(FakeServer server, WorkerConfig.Disk disk, int slots) throws IOException {
        this(server, disk, slots, Optional.empty());
    }

    TestWorker(FakeServer server, WorkerConfig.Disk disk, int slots, Optional<JobKeys> keys) throws IOException {
        this.server = server;
        this.stateDir = disk.stateDir();
        WorkerConfig.Offer offer = new WorkerConfig.Offer(
                new ExecutorRegistry(List.of(new NoopExecutor(), stages)), Set.of("sandbox.none"), Set.of("gpu"));
        WorkerConfig config = new WorkerConfig("test", "1", slots, offer, disk, new BareSandbox(disk.stateDir()), keys);
        this.worker = Worker.start(config, server, InstantSource.system(), System::nanoTime);
    }

    /** Submits a stage that behaves like this. */
    Job submit(String stage, TestExecutor.Behaviour behaviour) {
        Job job = job(stage, shell(), Duration.ofMinutes(5), LIMITS);
        return submit(job, behaviour);
    }

    Job submit(Job job, TestExecutor.Behaviour behaviour) {
        stages.when(job.stage(), behaviour);
        server.submit(job);
        return job;
    }

    static Job job(String stage, ExecutorSpec executor, Duration timeout, Job.Limits limits) {
        long number = NUMBERS.incrementAndGet();
        return new Job(
                new JobId(new UUID(1, number)),
                "token-" + number,
                number,
                new RunId(new UUID(2, number)),
                new ProjectId("p"),
                stage,
                null,
                1,
                executor,
                timeout,
                null,
                true,
                limits,
                null,
                Duration.ZERO);
    }

    static Job noop(int ticks) {
        return job("noop", new ExecutorSpec.Noop(ticks, 0), Duration.ofMinutes(5), LIMITS);
    }

    /** An agent's job, for the executor of the tests. */
    static Job agent(String stage, String substage) {
        Job job = job(stage, shell(), Duration.ofMinutes(5), LIMITS);
        Invocation invocation = new Invocation(
                new HarnessSpec("pi", "Pi", "harness.pi", List.of("pi"), List.of(), Map.of(), OutputRule.TEXT),
                new ModelSpec("m", "M", "openai", "m-1", "openai-main", new RateCard(1, 2, null, 3L)),
                "Do it",
                Budget.UNLIMITED);
        return new Job(
                job.id(),
                job.leaseToken(),
                job.fence(),
                job.run(),
                job.project(),
                job.stage(),
                substage,
                2,
                job.executor(),
                job.timeout(),
                job.bundle(),
                job.hasInputs(),
                job.limits(),
                invocation,
                job.leasedAfter());
    }

    static ExecutorSpec.Shell shell(String... artifacts) {
        return new ExecutorSpec.Shell(List.of("true"), Map.of(), List.of(artifacts), null);
    }

    /** The error of an end that has one. */
    static Failure error(Outcome outcome) {
        return Objects.requireNonNull(outcome.error());
    }

    /** Folders of jobs on disk. */
    List<Path> workspaces() {
        try (Stream<Path> all = Files.list(stateDir.resolve("work"))) {
            return all.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        worker.cancelAll(Duration.ofSeconds(5));
    }
}
