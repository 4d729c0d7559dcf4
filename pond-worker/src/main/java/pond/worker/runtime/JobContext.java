package pond.worker.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import pond.common.api.LogStream;
import pond.common.protocol.Job;
import pond.common.protocol.Job.BundleRef;
import pond.common.protocol.Progress;
import pond.common.protocol.WorkerProtocol;
import pond.worker.checkout.BundleExtractor;
import pond.worker.executors.ExecutionContext;
import pond.worker.executors.StopSignal;
import pond.worker.runtime.Workspace.Part;

/** What one job's stage is given; brings from the server what the stage asks for. */
final class JobContext implements ExecutionContext {
    /** Far above what a repository holds, far below what fills a disk with empty files. */
    private static final BundleExtractor.Limits BUNDLE = new BundleExtractor.Limits(1_000_000, 32L << 30);

    private final HeldJob held;
    private final Duration grace;
    private final WorkerProtocol protocol;
    private final Workspaces workspaces;
    private final JobOutput output;
    private final Workspace workspace;
    private final JobCalls calls;

    JobContext(
            HeldJob held,
            Duration grace,
            WorkerProtocol protocol,
            Workspaces workspaces,
            Workspace workspace,
            JobOutput output) {
        this.held = held;
        this.grace = grace;
        this.protocol = protocol;
        this.workspaces = workspaces;
        this.workspace = workspace;
        this.output = output;
        this.calls = JobCalls.whileRunning(held);
    }

    /** Where a stage's lines and its progress go. */
    record JobOutput(LogShipper log, ProgressSender progress) {}

    @Override
    public Job job() {
        return held.job();
    }

    @Override
    public Path checkout() throws IOException, InterruptedException {
        if (!workspace.has(Part.CHECKOUT)) {
            BundleRef bundle = job().bundle();
            if (bundle == null) {
                workspace.make(Part.CHECKOUT);
            } else {
                extract(bundle, workspace.place(Part.CHECKOUT));
            }
        }
        return workspace.place(Part.CHECKOUT);
    }

    @Override
    public Path output() throws IOException {
        return workspace.make(Part.OUTPUT);
    }

    @Override
    public Path home() throws IOException {
        return workspace.make(Part.HOME);
    }

    @Override
    public Path temp() throws IOException {
        return workspace.make(Part.TEMP);
    }

    @Override
    public Path inputs() throws IOException, InterruptedException {
        bringInputs();
        return workspace.place(Part.INPUTS);
    }

    @Override
    public Path inputsByStage() throws IOException, InterruptedException {
        bringInputs();
        return workspace.place(Part.INPUTS_BY_STAGE);
    }

    @Override
    public void line(LogStream stream, String text) {
        output.log().append(stream, text);
    }

    @Override
    public void progress(long done, long total, @Nullable String message) {
        output.progress().report(new Progress(job().ref(), done, total, message));
    }

    @Override
    public StopSignal stop() {
        return held.stop();
    }

    @Override
    public Duration grace() {
        // What is no longer ours has nothing left to say: it is killed at once.
        return held.isLost() ? Duration.ZERO : grace;
    }

    private void bringInputs() throws IOException, InterruptedException {
        if (workspace.has(Part.INPUTS)) {
            return;
        }
        Path byStage = workspace.make(Part.INPUTS_BY_STAGE);
        Path flat = workspace.make(Part.INPUTS);
        if (job().hasInputs()) {
            new Inputs(job().ref(), protocol, calls, output.log()).bring(byStage, flat);
        }
    }

    private void extract(BundleRef bundle, Path into) throws IOException, InterruptedException {
        calls.readingBytes(() -> {
            try (InputStream tar = new WantedStream(workspaces.openBundle(bundle, this::fetchBundle), calls)) {
                BundleExtractor.extract(tar, bundle, into, BUNDLE);
            }
        });
    }

    private InputStream fetchBundle() throws IOException, InterruptedException {
        return new WantedStream(calls.answer(() -> protocol.bundle(job().ref()), JobCalls.FOR_BYTES), calls);
    }
}
