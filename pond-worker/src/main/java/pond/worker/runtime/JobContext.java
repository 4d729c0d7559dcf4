package pond.worker.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pond.common.api.Failure;
import pond.common.api.LogStream;
import pond.common.protocol.Job;
import pond.common.protocol.Job.BundleRef;
import pond.common.protocol.Outcome;
import pond.common.protocol.Progress;
import pond.common.protocol.ProtocolException;
import pond.common.protocol.ProviderCredential;
import pond.common.protocol.Refusal;
import pond.common.protocol.SealedCredential;
import pond.common.protocol.UsageRecord;
import pond.common.protocol.WorkerProtocol;
import pond.worker.checkout.BundleExtractor;
import pond.worker.checkout.Checkouts;
import pond.worker.checkout.SharedCheckout;
import pond.worker.executors.ExecutionContext;
import pond.worker.executors.StopSignal;
import pond.worker.runtime.Workspace.Part;
import pond.worker.sandbox.Secrets;

/** What one job's stage is given; brings from the server what the stage asks for. */
final class JobContext implements ExecutionContext {
    private static final Logger LOG = LoggerFactory.getLogger(JobContext.class);

    private final HeldJob held;
    private final Duration grace;
    private final WorkerProtocol protocol;
    private final Workspaces workspaces;
    private final JobOutput output;
    private final Workspace workspace;
    private final JobCalls calls;
    private final Optional<JobKeys> keys;
    private volatile Secrets secrets = Secrets.NONE;

    JobContext(
            HeldJob held,
            Duration grace,
            WorkerProtocol protocol,
            Workspaces workspaces,
            Workspace workspace,
            JobOutput output,
            Optional<JobKeys> keys) {
        this.held = held;
        this.grace = grace;
        this.protocol = protocol;
        this.workspaces = workspaces;
        this.workspace = workspace;
        this.output = output;
        this.keys = keys;
        this.calls = JobCalls.whileRunning(held);
    }

    /** Where a stage's lines, its progress and its model calls go. */
    record JobOutput(LogShipper log, ProgressSender progress, UsageShipper usage) {}

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
        // Of two empty folders one is enough.
        return workspace.place(job().hasInputs() ? Part.INPUTS_BY_STAGE : Part.INPUTS);
    }

    @Override
    public void line(LogStream stream, String text) {
        output.log().append(stream, secrets.mask(text));
    }

    @Override
    public void progress(long done, long total, @Nullable String message) {
        String shown = message == null ? null : secrets.mask(message);
        output.progress().report(new Progress(job().ref(), done, total, shown));
    }

    @Override
    public ProviderCredential credential() throws IOException, InterruptedException {
        JobKeys own = keys.orElseThrow(() ->
                new ProtocolException(Refusal.CREDENTIAL_MISSING, "this worker has no key to open a credential with"));
        SealedCredential sealed = calls.answer(() -> protocol.credential(job().ref()), JobCalls.ANSWER_WITHIN);
        try {
            ProviderCredential credential = own.opener().open(sealed, job().id());
            secrets = Secrets.of(credential.secrets().values());
            return credential;
        } catch (GeneralSecurityException e) {
            LOG.error("job {}: its credential cannot be opened", job().id(), e);
            throw new ProtocolException(
                    Refusal.CREDENTIAL_MISSING, "this worker cannot open the credential that came: " + e.getMessage());
        }
    }

    @Override
    public void usage(UsageRecord call) {
        output.usage().add(call);
    }

    /** Sends the model calls that are not told yet; true when that was possible in this time. Takes no more afterwards. */
    boolean tellUsage(Duration atMost) throws InterruptedException {
        return output.usage().finish(atMost);
    }

    /** The same end without the secrets that the stage was given. */
    Outcome masked(Outcome outcome) {
        Failure error = outcome.error();
        if (error == null) {
            return outcome;
        }
        Failure shown = new Failure(error.code(), secrets.mask(error.message()));
        return new Outcome(outcome.result(), outcome.exitCode(), shown, outcome.killConfirmed());
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
        if (job().hasInputs()) {
            Path byStage = workspace.make(Part.INPUTS_BY_STAGE);
            new Inputs(job().ref(), protocol, calls, output.log()).bring(byStage, workspace.make(Part.INPUTS));
        } else {
            workspace.make(Part.INPUTS);
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
