package pond.worker.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import pond.common.api.LogStream;
import pond.common.protocol.Job;
import pond.common.protocol.Job.BundleRef;
import pond.common.protocol.Progress;
import pond.common.protocol.WorkerProtocol;
import pond.worker.checkout.BundleExtractor;
import pond.worker.checkout.Checkouts;
import pond.worker.checkout.SharedCheckout;
import pond.worker.executors.ExecutionContext;
import pond.worker.executors.StopSignal;
import pond.worker.runtime.Workspace.Part;

/** What one job's stage is given; brings from the server what the stage asks for. */
final class JobContext implements ExecutionContext {
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
    public SharedCheckout sharedCheckout() throws IOException, InterruptedException {
        Optional<SharedCheckout> known = workspace.shared();
        if (known.isPresent()) {
            return known.get();
        }
        BundleRef bundle = job().bundle();
        if (bundle == null) {
            return workspace.share(sharing(workspaces.empty(workspace)), () -> {});
        }
        calls.readingBytes(() -> {
            Checkouts.Pin pin = workspaces.pin(bundle, () -> open(bundle));
            workspace.share(sharing(pin.tree()), pin);
        });
        return workspace.shared().orElseThrow();
    }

    private SharedCheckout sharing(Path tree) {
        return new SharedCheckout(tree, () -> workspaces.copy(tree, workspace, job().timeout(), () -> stop().isSet()));
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
            try (InputStream tar = open(bundle)) {
                BundleExtractor.extract(tar, bundle, into, Workspaces.BUNDLE);
            }
        });
    }

    private InputStream open(BundleRef bundle) throws IOException, InterruptedException {
        return new WantedStream(workspaces.openBundle(bundle, this::fetchBundle), calls);
    }

    private InputStream fetchBundle() throws IOException, InterruptedException {
        return new WantedStream(calls.answer(() -> protocol.bundle(job().ref()), JobCalls.FOR_BYTES), calls);
    }
}
