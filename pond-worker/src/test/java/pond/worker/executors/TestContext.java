package pond.worker.executors;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import pond.common.api.LogStream;
import pond.common.definition.ExecutorSpec;
import pond.common.ids.JobId;
import pond.common.ids.ProjectId;
import pond.common.ids.RunId;
import pond.common.protocol.Invocation;
import pond.common.protocol.Job;
import pond.common.protocol.ProtocolException;
import pond.common.protocol.ProviderCredential;
import pond.common.protocol.Refusal;
import pond.common.protocol.UsageRecord;
import pond.worker.checkout.CopyMethod;
import pond.worker.checkout.SharedCheckout;
import pond.worker.checkout.Throwaway;

/** A context over real folders that keeps what it is told. */
final class TestContext implements ExecutionContext {
    static final RunId RUN = new RunId(UUID.fromString("01900000-0000-7000-8000-000000000001"));

    final List<String> lines = new CopyOnWriteArrayList<>();
    final List<String> progress = new CopyOnWriteArrayList<>();
    final List<UsageRecord> usage = new CopyOnWriteArrayList<>();

    @Nullable
    ProviderCredential credential;

    private final StopSignal stop = new StopSignal();
    private final Path root;
    private final Job job;

    TestContext(Path root, ExecutorSpec executor) {
        this(root, executor, null);
    }

    TestContext(Path root, ExecutorSpec executor, @Nullable String substage) {
        this(root, executor, substage, null);
    }

    /** For an agent. */
    TestContext(Path root, ExecutorSpec executor, @Nullable String substage, @Nullable Invocation invocation) {
        this.root = root;
        this.job = new Job(
                new JobId(new UUID(1, 2)),
                "token",
                1,
                RUN,
                new ProjectId("project one"),
                "build",
                substage,
                2,
                executor,
                Duration.ofMinutes(2),
                null,
                false,
                new Job.Limits(10_000_000, 10_000_000),
                invocation,
                Duration.ZERO);
    }

    @Override
    public Job job() {
        return job;
    }

    @Override
    public Path checkout() throws IOException {
        return folder("checkout");
    }

    @Override
    public SharedCheckout sharedCheckout() throws IOException {
        return new SharedCheckout(folder("shared"), () -> new Throwaway.Copied(CopyMethod.HARD, folder("copy")));
    }

    @Override
    public Path output() throws IOException {
        return folder("output");
    }

    @Override
    public Path home() throws IOException {
        return folder("home");
    }

    @Override
    public Path temp() throws IOException {
        return folder("temp");
    }

    @Override
    public Path inputs() throws IOException {
        return folder("inputs");
    }

    @Override
    public Path inputsByStage() throws IOException {
        return folder("by-stage");
    }

    private Path folder(String name) throws IOException {
        return Files.createDirectories(root.resolve(name));
    }

    @Override
    public void line(LogStream stream, String text) {
        lines.add(stream + ": " + text);
    }

    @Override
    public void progress(long done, long total, @Nullable String message) {
        progress.add(done + "/" + total);
    }

    @Override
    public ProviderCredential credential() {
        if (credential == null) {
            throw new ProtocolException(Refusal.CREDENTIAL_MISSING, "there is no credential 'test'");
        }
        return credential;
    }

    @Override
    public void usage(UsageRecord call) {
        usage.add(call);
    }

    @Override
    public StopSignal stop() {
        return stop;
    }

    @Override
    public Duration grace() {
        return Duration.ofSeconds(5);
    }
}
