package pond.worker.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pond.common.api.LogStream;
import pond.common.protocol.ArtifactUpload;
import pond.common.protocol.Attestation;
import pond.common.protocol.AttestedEnd;
import pond.common.protocol.Completion;
import pond.common.protocol.Completion.Produced;
import pond.common.protocol.Job;
import pond.common.protocol.Outcome;
import pond.common.protocol.ProtocolException;
import pond.common.protocol.Receipt;
import pond.common.protocol.Refusal;
import pond.common.protocol.UsageTotals;
import pond.common.protocol.WorkerProtocol;
import pond.worker.checkout.OutputFile;
import pond.worker.runtime.JobContext.JobOutput;

/**
 * What the worker still owes the server when a stage has ended: its artifacts, the rest of its log and of its
 * model calls, and last its {@code complete}, signed where an agent ran. Keeps at it for as long as the job is held. For one thread.
 */
final class Outbox {
    private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);
    private static final int TRIES = 3;

    private final HeldJob held;
    private final WorkerProtocol protocol;
    private final LogShipper log;
    private final UsageShipper usage;
    private final Optional<JobKeys> keys;
    private final JobCalls calls;

    Outbox(HeldJob held, WorkerProtocol protocol, JobOutput output, Optional<JobKeys> keys) {
        this.held = held;
        this.protocol = protocol;
        this.log = output.log();
        this.usage = output.usage();
        this.keys = keys;
        this.calls = JobCalls.whileHeld(held);
    }

    /**
     * Returns when the server has accepted the end. Should it ask again and again for things that it was given, the job
     * is given up; its lease runs out then.
     *
     * @return how it ended; not as it was told when an artifact was refused
     * @throws AbandonedException when the job is no longer ours
     * @throws ProtocolException when the server refuses in a way that no repetition changes
     */
    Outcome deliver(Outcome outcome, Receipt receipt, List<OutputFile> files)
            throws AbandonedException, InterruptedException {
        for (int left = TRIES; left > 0; left--) {
            List<Produced> produced = new ArrayList<>();
            Outcome ended = upload(files, outcome, produced);
            long lastLog = calls.answer(() -> log.finish().copy(), JobCalls.FOR_BYTES);
            UsageTotals used = calls.answer(() -> usage.finish().copy(), JobCalls.FOR_BYTES);
            Completion completion = new Completion(
                    held.job().ref(),
                    ended,
                    lastLog,
                    produced,
                    receipt.withDropped(log.dropped()),
                    attestation(ended, produced, used));
            try {
                calls.answer(() -> protocol.complete(completion), JobCalls.ANSWER_WITHIN);
                return ended;
            } catch (ProtocolException e) {
                if (e.refusal() == Refusal.INVALID) {
                    throw e;
                }
                LOG.warn("job {}: its end was refused ({}): {}", held.job().id(), e.refusal(), e.getMessage());
            }
        }
        held.lose();
        throw new AbandonedException();
    }

    /** Null for what is no agent's job, and without a key to sign with. */
    private @Nullable Attestation attestation(Outcome outcome, List<Produced> artifacts, UsageTotals used) {
        Job job = held.job();
        if (job.invocation() == null || keys.isEmpty()) {
            return null;
        }
        AttestedEnd end = new AttestedEnd(
                job.run(), job.stage(), job.substage(), job.attempt(), job.id(), outcome, artifacts, used);
        return new Attestation(used, keys.get().signer().sign(end.bytes()));
    }

    /** An artifact that is refused fails the stage, unless it has failed already; the others are kept. */
    private Outcome upload(List<OutputFile> files, Outcome outcome, List<Produced> produced)
            throws AbandonedException, InterruptedException {
        Outcome ended = outcome;
        for (OutputFile file : files) {
            ArtifactUpload upload = new ArtifactUpload(held.job().ref(), file.name(), file.size(), file.sha256());
            try {
                calls.answer(() -> protocol.uploaded(upload), from -> send(upload, file, from), JobCalls.FOR_BYTES);
                produced.add(new Produced(file.name(), file.sha256()));
            } catch (ProtocolException e) {
                if (e.refusal() != Refusal.ARTIFACT_REFUSED) {
                    throw e;
                }
                ended = withoutFile(ended, "artifact_refused", file, "was refused: " + e.getMessage());
            } catch (UncheckedIOException e) {
                LOG.error("job {}: cannot read {}", held.job().id(), file.name(), e);
                ended = withoutFile(ended, "worker_error", file, "could not be read by the worker");
            }
        }
        return ended;
    }

    private Outcome withoutFile(Outcome outcome, String code, OutputFile file, String why) {
        String message = "artifact '%s' %s".formatted(file.name(), why);
        log.append(LogStream.SYSTEM, message);
        return outcome.result() == Outcome.Result.DONE ? Outcome.failed(code, message, outcome.exitCode()) : outcome;
    }

    /** What the server has not got yet. An empty file is always sent: that none of it is missing says nothing. */
    private CompletableFuture<Void> send(ArtifactUpload upload, OutputFile file, long from) {
        if (from < 0 || from > file.size()) {
            throw new ProtocolException(
                    Refusal.INVALID, "the server claims to have %d of %d bytes".formatted(from, file.size()));
        }
        if (from == file.size() && from > 0) {
            return CompletableFuture.completedFuture(null);
        }
        try {
            return protocol.putArtifact(upload, from, open(file, from));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The protocol closes the stream. */
    private static InputStream open(OutputFile file, long from) throws IOException {
        InputStream bytes = file.open();
        try {
            bytes.skipNBytes(from);
            return bytes;
        } catch (IOException e) {
            bytes.close();
            throw e;
        }
    }
}
