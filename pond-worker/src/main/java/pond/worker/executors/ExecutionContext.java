package pond.worker.executors;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import pond.common.api.LogStream;
import pond.common.protocol.Job;
import pond.common.protocol.ProtocolException;
import pond.common.protocol.ProviderCredential;
import pond.common.protocol.UsageRecord;
import pond.worker.checkout.SharedCheckout;

/**
 * What a stage is given: one per job. The folders are made when they are first asked for, so a stage that needs none
 * costs none. {@link #line}, {@link #progress} and {@link #usage} may be called from any thread, the rest from the
 * executor's.
 */
public interface ExecutionContext {
    Job job();

    /** The checkout as fetched, this stage's own: the bundle is brought and extracted on the first call. */
    Path checkout() throws IOException, InterruptedException;

    /**
     * The checkout as one tree for all jobs of its bundle, held for this job until its end: to be shown read-only, or
     * copied by it for this stage to change. For stages that are confined to it, instead of {@link #checkout}.
     */
    SharedCheckout sharedCheckout() throws IOException, InterruptedException;

    /** Files left here become artifacts, by their path below it. */
    Path output() throws IOException;

    /** A fresh home folder. */
    Path home() throws IOException;

    /** A fresh folder for temporary files. */
    Path temp() throws IOException;

    /** Artifacts of earlier stages under their names, the nearest ancestor's where several have one; not to be written. */
    Path inputs() throws IOException, InterruptedException;

    /** The same, all of them, in a folder per stage. */
    Path inputsByStage() throws IOException, InterruptedException;

    /** Appends a line to the run's log; never blocks for long: past the limit lines are dropped and counted. */
    void line(LogStream stream, String text);

    /** Tells how far the stage has come; {@code total} 0 when it is not known. */
    void progress(long done, long total, @Nullable String message);

    /**
     * The credential that an agent's model names, brought from the server and opened with this worker's key. From then on
     * its secrets are masked in what goes through {@link #line} and {@link #progress}; what a process prints is masked
     * where it is started.
     *
     * @throws ProtocolException when there is none, or it cannot be opened here; an executor that lets it pass has its
     *     stage fail as {@code credential_missing}
     */
    ProviderCredential credential() throws IOException, InterruptedException, ProtocolException;

    /**
     * Records a model call; each call once. All that was recorded while the executor ran has reached the server before the
     * job's end does. Waits for as long as too much is unsent; what an interrupted thread brings is taken at once.
     */
    void usage(UsageRecord call);

    /** Set when the stage is to end. */
    StopSignal stop();

    /** How long a process that is told to end may take before it is killed. */
    Duration grace();
}
