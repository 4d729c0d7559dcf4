package pond.server.workerapi;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import pond.common.api.LogSource;
import pond.common.api.StageView.ProgressView;
import pond.common.definition.ExecutorKind;
import pond.common.ids.ArtifactName;
import pond.common.ids.WorkerId;
import pond.common.protocol.ArtifactUpload;
import pond.common.protocol.Attach;
import pond.common.protocol.Attached;
import pond.common.protocol.Completion;
import pond.common.protocol.InputArtifact;
import pond.common.protocol.Job;
import pond.common.protocol.Job.BundleRef;
import pond.common.protocol.JobRef;
import pond.common.protocol.LeaseRequest;
import pond.common.protocol.LogBatch;
import pond.common.protocol.Progress;
import pond.common.protocol.ProtocolException;
import pond.common.protocol.Refusal;
import pond.common.protocol.RenewRequest;
import pond.common.protocol.Renewal;
import pond.common.protocol.SealedCredential;
import pond.common.protocol.UsageBatch;
import pond.common.protocol.WorkerProtocol;
import pond.server.artifacts.Artifact;
import pond.server.db.Tx;
import pond.server.dispatch.EndCheck;
import pond.server.dispatch.HeldJob;
import pond.server.errors.ErrorCode;
import pond.server.errors.PondException;
import pond.server.logs.LogOrigin;
import pond.server.workers.Party;

/**
 * The server's answers to one worker. Every call about a job first asks whether this worker holds its lease, so a worker
 * that was lost can change nothing; what model calls used is taken from whoever held it. Refusals fail the future; nothing is thrown from a call itself.
 */
public final class WorkerProtocolService implements WorkerProtocol {
    private final Rooms rooms;
    private final Party party;
    private final AgentCalls agents;
    private volatile @Nullable WorkerId worker;

    /** Speaks with a worker that has yet to attach. */
    public WorkerProtocolService(Rooms rooms, Party party) {
        this(rooms, party, null);
    }

    /** Speaks with a worker under an attachment that it names; whether it is its own is asked with every call. */
    public WorkerProtocolService(Rooms rooms, Party party, @Nullable WorkerId attachment) {
        this.rooms = rooms;
        this.party = party;
        this.agents = new AgentCalls(rooms, party);
        this.worker = attachment;
    }

    @Override
    public CompletableFuture<Attached> attach(Attach attach) {
        return answer(() -> {
            CallRules.check(attach, party);
            return rooms.workerDesk().attach(attach, party, this::admit).thenApply(attached -> {
                worker = attached.worker();
                return attached;
            });
        });
    }

    /** It may have been revoked since it showed its bearer. */
    private void admit(Tx tx) {
        if (party.identity() != null) {
            rooms.enrollment().requireLive(tx, party.identity());
        }
    }

    @Override
    public CompletableFuture<List<Job>> lease(LeaseRequest request) {
        return answer(() -> rooms.workerDesk().lease(self(), request));
    }

    @Override
    public CompletableFuture<Renewal> renew(RenewRequest request) {
        return answer(() -> {
            CallRules.check(request);
            return rooms.workerDesk().renew(self(), request);
        });
    }

    @Override
    public CompletableFuture<Long> logs(LogBatch batch) {
        return answer(() -> {
            CallRules.check(batch);
            HeldJob job = held(batch.job());
            rooms.disk().requireRoomForBytes();
            LogSource source = job.kind() == ExecutorKind.FETCH ? LogSource.FETCH : LogSource.STAGE;
            return rooms.logs()
                    .append(new LogOrigin(job.run(), job.stage(), job.substage(), job.attempt(), source), batch);
        });
    }

    @Override
    public CompletableFuture<Void> progress(Progress progress) {
        ProgressView view = new ProgressView(progress.done(), progress.total(), progress.message());
        return answer(() -> {
            CallRules.check(progress);
            WorkerId id = self();
            return rooms.database().change(tx -> {
                HeldJob job = rooms.jobDesk().require(tx, id, progress.job());
                if (rooms.stages().updateProgress(tx, job.run(), job.position(), job.attempt(), view)) {
                    rooms.runs().touch(tx, job.run());
                }
            });
        });
    }

    @Override
    public CompletableFuture<Void> usage(UsageBatch batch) {
        return answer(() -> {
            CallRules.check(batch.records());
            return agents.usage(self(), batch);
        });
    }

    @Override
    public CompletableFuture<SealedCredential> credential(JobRef ref) {
        return answer(() -> agents.credential(self(), ref));
    }

    @Override
    public CompletableFuture<Long> uploaded(ArtifactUpload upload) {
        return answer(() -> {
            CallRules.check(upload);
            HeldJob job = held(upload.job());
            return rooms.artifacts()
                    .uploaded(job.run(), upload, rooms.limits().artifactBytes())
                    .thenApply(arrived -> requireRoomForRest(upload, arrived));
        });
    }

    /** Said here, and not only when bytes come: whoever sends them may not hear it. */
    private long requireRoomForRest(ArtifactUpload upload, long arrived) {
        try {
            if (arrived < upload.size()) {
                rooms.disk().requireRoomForBytes();
            }
            return arrived;
        } catch (PondException e) {
            throw busy(e);
        }
    }

    @Override
    public CompletableFuture<Void> putArtifact(ArtifactUpload upload, long offset, InputStream bytes) {
        return answer(() -> {
            CallRules.check(upload);
            held(upload.job());
            rooms.disk().requireRoomForBytes();
            return rooms.artifacts()
                    .store(upload, offset, bytes, rooms.limits().artifactBytes())
                    .thenApply(stored -> null);
        });
    }

    @Override
    public CompletableFuture<List<InputArtifact>> inputs(JobRef ref) {
        return answer(() -> {
            HeldJob job = held(ref);
            List<Artifact> visible = new ArrayList<>(
                    rooms.database().read(tx -> rooms.artifacts().visibleTo(tx, job.run(), job.ancestors())));
            visible.sort(Comparator.comparingInt(artifact -> job.ancestors().indexOf(artifact.stage())));
            Set<ArtifactName> taken = new HashSet<>();
            return CompletableFuture.completedFuture(visible.stream()
                    .map(artifact -> new InputArtifact(
                            artifact.stage(),
                            artifact.substage(),
                            artifact.name(),
                            artifact.digest().size(),
                            artifact.digest().sha256(),
                            taken.add(artifact.name())))
                    .toList());
        });
    }

    @Override
    public CompletableFuture<InputStream> input(JobRef ref, String sha256) {
        return answer(() -> {
            HeldJob job = held(ref);
            boolean readable =
                    rooms.database().read(tx -> rooms.artifacts().visibleTo(tx, job.run(), job.ancestors())).stream()
                            .anyMatch(artifact -> artifact.digest().sha256().equals(sha256));
            if (!readable) {
                throw PondException.notFound("input");
            }
            FileChannel bytes = rooms.artifacts().open(sha256).orElseThrow(() -> PondException.notFound("input"));
            return CompletableFuture.completedFuture(new SizedStream(Channels.newInputStream(bytes), size(bytes)));
        });
    }

    @Override
    public CompletableFuture<InputStream> bundle(JobRef ref) {
        return answer(() -> {
            HeldJob job = held(ref);
            BundleRef bundle = rooms.runs().find(job.run()).orElseThrow().bundle();
            if (bundle == null) {
                throw PondException.notFound("bundle");
            }
            try {
                return CompletableFuture.completedFuture(
                        new SizedStream(rooms.bundles().open(bundle.sha256()), bundle.size()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** Logs first, state second: a job cannot end before its last line is on disk. */
    @Override
    public CompletableFuture<Void> complete(Completion completion) {
        return answer(() -> {
            CallRules.check(completion);
            WorkerId id = self();
            long stored = completion.lastLog() == 0
                    ? 0
                    : rooms.logs().storedUpTo(completion.job().job());
            if (stored < completion.lastLog()) {
                throw new ProtocolException(
                        Refusal.INCOMPLETE, "log lines up to " + completion.lastLog() + " have not all arrived");
            }
            EndCheck.Verdict verdict = agents.look(id, completion);
            return rooms.database().change(tx -> rooms.jobDesk().complete(tx, id, completion, verdict));
        });
    }

    @Override
    public CompletableFuture<Void> detach() {
        return answer(() -> {
            WorkerId id = named();
            // A repeat: the answer of the first was lost.
            return rooms.workers().hasDetached(id, party.identity())
                    ? CompletableFuture.completedFuture(null)
                    : rooms.workerDesk().detach(self());
        });
    }

    private static long size(FileChannel channel) {
        try {
            return channel.size();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private HeldJob held(JobRef ref) {
        WorkerId id = self();
        return rooms.database().read(tx -> rooms.jobDesk().require(tx, id, ref));
    }

    /** The attachment, which is this party's; every call that asks is a sign of life. */
    private WorkerId self() {
        return rooms.workers().require(named(), party.identity()).id();
    }

    private WorkerId named() {
        WorkerId id = worker;
        if (id == null) {
            throw new ProtocolException(Refusal.UNKNOWN_WORKER, "attach first");
        }
        return id;
    }

    private static <T extends @Nullable Object> CompletableFuture<T> answer(Supplier<CompletableFuture<T>> call) {
        try {
            return call.get();
        } catch (PondException e) {
            return CompletableFuture.failedFuture(e.code() == ErrorCode.UNAVAILABLE ? busy(e) : e);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static ProtocolException busy(PondException e) {
        return new ProtocolException(
                Refusal.BUSY, String.valueOf(e.getMessage()), e.retryAfter().orElse(null));
    }
}
