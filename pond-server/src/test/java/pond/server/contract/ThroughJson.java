package pond.server.contract;

import java.io.InputStream;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import pond.common.json.Json;
import pond.common.protocol.ArtifactUpload;
import pond.common.protocol.Attach;
import pond.common.protocol.Attached;
import pond.common.protocol.Completion;
import pond.common.protocol.InputArtifact;
import pond.common.protocol.Job;
import pond.common.protocol.JobRef;
import pond.common.protocol.LeaseRequest;
import pond.common.protocol.LogBatch;
import pond.common.protocol.Progress;
import pond.common.protocol.RenewRequest;
import pond.common.protocol.Renewal;
import pond.common.protocol.SealedCredential;
import pond.common.protocol.UsageBatch;
import pond.common.protocol.WorkerHttp;
import pond.common.protocol.WorkerProtocol;

/** The same protocol, with every record written as JSON and read again, so that nothing works only inside a process. */
record ThroughJson(WorkerProtocol to) implements WorkerProtocol {
    @Override
    public CompletableFuture<Attached> attach(Attach attach) {
        return to.attach(copy(attach)).thenApply(ThroughJson::copy);
    }

    @Override
    public CompletableFuture<List<Job>> lease(LeaseRequest request) {
        return to.lease(copy(request))
                .thenApply(jobs -> copy(new WorkerHttp.Jobs(jobs)).jobs());
    }

    @Override
    public CompletableFuture<Renewal> renew(RenewRequest request) {
        return to.renew(copy(request)).thenApply(ThroughJson::copy);
    }

    @Override
    public CompletableFuture<Long> logs(LogBatch batch) {
        return to.logs(copy(batch))
                .thenApply(upTo -> copy(new WorkerHttp.Stored(upTo)).upTo());
    }

    @Override
    public CompletableFuture<Void> progress(Progress progress) {
        return to.progress(copy(progress));
    }

    @Override
    public CompletableFuture<Void> usage(UsageBatch batch) {
        return to.usage(copy(batch));
    }

    @Override
    public CompletableFuture<SealedCredential> credential(JobRef job) {
        return to.credential(copy(job)).thenApply(ThroughJson::copy);
    }

    @Override
    public CompletableFuture<Long> uploaded(ArtifactUpload upload) {
        return to.uploaded(copy(upload))
                .thenApply(upTo -> copy(new WorkerHttp.Stored(upTo)).upTo());
    }

    @Override
    public CompletableFuture<Void> putArtifact(ArtifactUpload upload, long offset, InputStream bytes) {
        return to.putArtifact(copy(upload), offset, bytes);
    }

    @Override
    public CompletableFuture<List<InputArtifact>> inputs(JobRef job) {
        return to.inputs(copy(job))
                .thenApply(inputs -> copy(new WorkerHttp.Inputs(inputs)).inputs());
    }

    @Override
    public CompletableFuture<InputStream> input(JobRef job, String sha256) {
        return to.input(copy(job), sha256);
    }

    @Override
    public CompletableFuture<InputStream> bundle(JobRef job) {
        return to.bundle(copy(job));
    }

    @Override
    public CompletableFuture<Void> complete(Completion completion) {
        return to.complete(copy(completion));
    }

    @Override
    public CompletableFuture<Void> detach() {
        return to.detach();
    }

    private static <T extends Record> T copy(T value) {
        @SuppressWarnings("unchecked")
        Class<T> type = (Class<T>) value.getClass();
        return Json.read(Json.write(value), type);
    }
}
