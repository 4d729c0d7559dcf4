package pond.worker.runtime;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import pond.common.ids.JobId;
import pond.common.ids.WorkerId;
import pond.common.protocol.ArtifactUpload;
import pond.common.protocol.Attach;
import pond.common.protocol.Attached;
import pond.common.protocol.Attestation;
import pond.common.protocol.Completion;
import pond.common.protocol.InputArtifact;
import pond.common.protocol.Job;
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
import pond.common.protocol.UsageTotals;
import pond.common.protocol.WorkerProtocol;
import pond.worker.checkout.Sha256;

/**
 * A server in memory that keeps to the contract and does as it is told: it loses calls and answers, forgets workers,
 * takes jobs away. All state is guarded by its monitor.
 */
final class FakeServer implements WorkerProtocol {
    /** What happens to a call. */
    enum Fate {
        ANSWERED,
        CALL_LOST,
        ANSWER_LOST,
        /** Takes effect, and the answer comes later than others. */
        LATE
    }

    private record Waiting<Q, A>(Q question, CompletableFuture<A> answer) {}

    final Duration lease;
    final Map<JobId, Ledger> ledgers = new LinkedHashMap<>();
    final Map<String, byte[]> inputBytes = new HashMap<>();
    final FakeUploads uploads = new FakeUploads();
    List<InputArtifact> inputs = List.of();
    byte[] bundle = {};
    private final Set<JobId> overBudget = new HashSet<>();
    private final Deque<Job> queue = new ArrayDeque<>();
    private final Deque<Waiting<LeaseRequest, List<Job>>> leases = new ArrayDeque<>();
    private final Deque<Waiting<RenewRequest, Renewal>> renewals = new ArrayDeque<>();
    private volatile Function<String, Fate> fates = call -> Fate.ANSWERED;
    boolean keepsLines = true;
    /** Of one batch. */
    int mostLines = Integer.MAX_VALUE;

    long lineCount;
    int attaches;
    int detaches;
    int mostLeased;
    int leaseCalls;
    int renewCalls;
    String paused = "";
    int refused;
    private final Map<String, ProtocolException> refusals = new HashMap<>();
    boolean drains;
    Optional<Refusal> refusesEveryCall = Optional.empty();
    private boolean knowsWorker;

    FakeServer(Duration lease) {
        this.lease = lease;
    }

    /** Decides over every later call by its name. */
    void fates(Function<String, Fate> decide) {
        fates = decide;
    }

    synchronized void submit(Job job) {
        ledgers.put(job.id(), new Ledger(job));
        queue.add(job);
        offer();
    }

    synchronized void cancel(Job job) {
        ledger(job.id()).cancelling = true;
        order();
    }

    /** Also for a job that nobody holds. */
    synchronized void exceedBudget(JobId job) {
        overBudget.add(job);
        order();
    }

    synchronized void takeAway(Job job) {
        ledger(job.id()).lost = true;
        order();
    }

    synchronized void drain() {
        drains = true;
        leases.forEach(waiting -> waiting.answer().complete(List.of()));
        order();
    }

    /** As after the state of a server was lost: what workers held is lost too. */
    synchronized void forgetWorker() {
        knowsWorker = false;
        ledgers.values().forEach(ledger -> ledger.lost |= ledger.leased);
        leases.forEach(waiting -> waiting.answer().completeExceptionally(refusal(Refusal.UNKNOWN_WORKER)));
        leases.clear();
        renewals.forEach(waiting -> waiting.answer().completeExceptionally(refusal(Refusal.UNKNOWN_WORKER)));
        renewals.clear();
    }

    synchronized Ledger ledger(JobId job) {
        return Objects.requireNonNull(ledgers.get(job));
    }

    synchronized Optional<Completion> completion(Job job) {
        return ledger(job.id()).completion;
    }

    synchronized List<String> lines(Job job) {
        return ledger(job.id()).lines.stream().map(LogBatch.Line::text).toList();
    }

    synchronized long completed() {
        return ledgers.values().stream().filter(l -> l.completion.isPresent()).count();
    }

    synchronized <T> T look(Supplier<T> at) {
        return at.get();
    }

    @Override
    public CompletableFuture<Attached> attach(Attach attach) {
        return call("attach", () -> {
            knowsWorker = true;
            attaches++;
            return new Attached(new WorkerId(new UUID(7, attaches)), lease, Duration.ofSeconds(1));
        });
    }

    @Override
    public CompletableFuture<List<Job>> lease(LeaseRequest request) {
        return waitingCall("lease", () -> {
            requireWorker();
            leaseCalls++;
            if (drains) {
                return CompletableFuture.completedFuture(List.of());
            }
            CompletableFuture<List<Job>> answer = new CompletableFuture<>();
            answer.completeOnTimeout(List.of(), request.maxWait().toMillis(), TimeUnit.MILLISECONDS);
            leases.add(new Waiting<>(request, answer));
            offer();
            return answer;
        });
    }

    @Override
    public CompletableFuture<Renewal> renew(RenewRequest request) {
        return waitingCall("renew", () -> {
            requireWorker();
            renewCalls++;
            paused = String.valueOf(request.paused());
            for (RenewRequest.Held held : request.jobs()) {
                ledger(held.job().job()).renewals++;
                ledger(held.job().job()).renewedAt = System.nanoTime();
            }
            if (request.draining()) {
                leases.forEach(waiting -> waiting.answer().complete(List.of()));
            }
            CompletableFuture<Renewal> answer = new CompletableFuture<>();
            renewals.add(new Waiting<>(request, answer));
            if (!order()) {
                answer.completeOnTimeout(orders(request), request.maxWait().toMillis(), TimeUnit.MILLISECONDS);
            }
            return answer;
        });
    }

    @Override
    public CompletableFuture<Long> logs(LogBatch batch) {
        return call("logs", () -> {
            Ledger ledger = held(batch.job());
            long stored = keepsLines ? ledger.lines.size() : lineCount;
            if (batch.first() > stored + 1) {
                throw new ProtocolException(Refusal.LOG_GAP, "send again from " + (stored + 1));
            }
            ledger.batchSizes.add(batch.lines().size());
            List<LogBatch.Line> fresh = batch.lines().stream()
                    .skip(stored + 1 - batch.first())
                    .limit(mostLines)
                    .toList();
            lineCount += fresh.size();
            if (keepsLines) {
                ledger.lines.addAll(fresh);
            }
            return stored + fresh.size();
        });
    }

    @Override
    public CompletableFuture<Void> progress(Progress progress) {
        return this.<Void>call("progress", () -> {
            held(progress.job()).progress.add(progress);
            return null;
        });
    }

    @Override
    public CompletableFuture<Void> usage(UsageBatch batch) {
        return this.<Void>call("usage", () -> {
            Ledger ledger = held(batch.job());
            ledger.usageBatches.add(batch.records().size());
            batch.records().forEach(record -> ledger.usage.putIfAbsent(record.id(), record));
            return null;
        });
    }

    @Override
    public CompletableFuture<SealedCredential> credential(JobRef job) {
        return call(
                "credential",
                () -> held(job)
                        .credential
                        .orElseThrow(() -> new ProtocolException(
                                Refusal.CREDENTIAL_MISSING, "there is no credential 'openai-main'")));
    }

    @Override
    public CompletableFuture<Long> uploaded(ArtifactUpload upload) {
        return call("uploaded", () -> uploads.uploaded(upload));
    }

    /** Refuses calls of this name until it is told otherwise, by null. */
    synchronized void refuse(String call, @Nullable ProtocolException with) {
        if (with == null) {
            refusals.remove(call);
        } else {
            refusals.put(call, with);
        }
    }

    @Override
    public CompletableFuture<Void> putArtifact(ArtifactUpload upload, long offset, InputStream bytes) {
        return this.<Void>call("putArtifact", () -> {
            byte[] all = uploads.put(upload, offset, bytes);
            held(upload.job()).artifacts.put(upload.name().value(), all);
            return null;
        });
    }

    @Override
    public CompletableFuture<List<InputArtifact>> inputs(JobRef job) {
        return call("inputs", () -> inputs);
    }

    @Override
    public CompletableFuture<InputStream> input(JobRef job, String sha256) {
        return call("input", () -> new ByteArrayInputStream(inputBytes.get(sha256)));
    }

    @Override
    public CompletableFuture<InputStream> bundle(JobRef job) {
        return call("bundle", () -> new ByteArrayInputStream(bundle));
    }

    @Override
    public CompletableFuture<Void> complete(Completion completion) {
        return this.<Void>call("complete", () -> {
            Ledger ledger = ledger(completion.job().job());
            if (ledger.completion.isPresent()) {
                return null;
            }
            held(completion.job());
            long stored = keepsLines ? ledger.lines.size() : lineCount;
            boolean hasAll = completion.artifacts().stream()
                    .allMatch(produced ->
                            ledger.artifacts.containsKey(produced.name().value())
                                    || uploads.known.contains(produced.sha256()));
            Attestation attested = completion.attestation();
            boolean hasCalls = attested == null || attested.usage().equals(UsageTotals.of(ledger.usage.values()));
            if (completion.lastLog() != stored || !hasAll || !hasCalls) {
                throw new ProtocolException(Refusal.INCOMPLETE, "something is missing");
            }
            ledger.completion = Optional.of(completion);
            return null;
        });
    }

    @Override
    public CompletableFuture<Void> detach() {
        return this.<Void>call("detach", () -> {
            detaches++;
            knowsWorker = false;
            return null;
        });
    }

    static String digest(byte[] bytes) {
        var digest = Sha256.start();
        digest.update(bytes);
        return Sha256.hex(digest);
    }

    private void requireWorker() {
        if (!knowsWorker) {
            throw refusal(Refusal.UNKNOWN_WORKER);
        }
    }

    private static ProtocolException refusal(Refusal why) {
        return new ProtocolException(why, "refused: " + why);
    }

    private Ledger held(JobRef job) {
        Ledger ledger = ledger(job.job());
        if (ledger.lost
                || ledger.completion.isPresent()
                || !ledger.job.leaseToken().equals(job.leaseToken())) {
            throw refusal(Refusal.LEASE_LOST);
        }
        return ledger;
    }

    private void offer() {
        leases.removeIf(waiting -> waiting.answer().isDone());
        while (!queue.isEmpty() && !leases.isEmpty()) {
            Waiting<LeaseRequest, List<Job>> waiting = leases.remove();
            List<Job> given = new ArrayList<>();
            while (!queue.isEmpty() && given.size() < waiting.question().freeSlots()) {
                Job job = queue.remove();
                ledger(job.id()).leased = true;
                given.add(job);
            }
            mostLeased = (int) Math.max(
                    mostLeased,
                    ledgers.values().stream()
                            .filter(l -> l.leased && l.completion.isEmpty() && !l.lost)
                            .count());
            waiting.answer().complete(given);
        }
    }

    /** Answers the waiting renewals that do not know an order yet; true when the last one was among them. */
    private boolean order() {
        boolean answered = false;
        renewals.removeIf(waiting -> waiting.answer().isDone());
        for (Waiting<RenewRequest, Renewal> waiting : renewals) {
            Renewal orders = orders(waiting.question());
            Set<JobId> known = new HashSet<>();
            waiting.question().jobs().stream()
                    .filter(RenewRequest.Held::cancelling)
                    .forEach(held -> known.add(held.job().job()));
            answered = !known.containsAll(orders.cancel())
                    || !orders.lost().isEmpty()
                    || !orders.overBudget().isEmpty()
                    || (orders.drain() && !waiting.question().draining());
            if (answered) {
                waiting.answer().complete(orders);
            }
        }
        return answered;
    }

    private Renewal orders(RenewRequest request) {
        Set<JobId> cancel = new HashSet<>();
        Set<JobId> lost = new HashSet<>();
        for (RenewRequest.Held held : request.jobs()) {
            Ledger ledger = ledger(held.job().job());
            if (ledger.lost) {
                lost.add(ledger.job.id());
            } else if (ledger.cancelling && ledger.completion.isEmpty()) {
                cancel.add(ledger.job.id());
            }
        }
        ledgers.values().stream()
                .filter(l -> l.leased && l.cancelling && !l.lost && l.completion.isEmpty())
                .forEach(l -> cancel.add(l.job.id()));
        Set<JobId> exceeded = new HashSet<>(overBudget);
        exceeded.removeIf(
                job -> ledgers.containsKey(job) && ledger(job).completion.isPresent());
        return new Renewal(cancel, lost, exceeded, drains);
    }

    private <T> CompletableFuture<T> call(String name, Supplier<T> effect) {
        return waitingCall(name, () -> CompletableFuture.completedFuture(effect.get()));
    }

    private <T> CompletableFuture<T> waitingCall(String name, Supplier<CompletableFuture<T>> effect) {
        Fate fate = fates.apply(name);
        if (fate == Fate.CALL_LOST) {
            return CompletableFuture.failedFuture(new IOException("unreachable"));
        }
        CompletableFuture<T> result;
        synchronized (this) {
            try {
                if (refusesEveryCall.isPresent()) {
                    throw refusal(refusesEveryCall.get());
                }
                if (refusals.containsKey(name)) {
                    refused++;
                    throw Objects.requireNonNull(refusals.get(name));
                }
                result = effect.get();
            } catch (ProtocolException | UncheckedIOException e) {
                result = CompletableFuture.failedFuture(e);
            }
        }
        return switch (fate) {
            case ANSWER_LOST ->
                result.thenCompose(lost -> CompletableFuture.failedFuture(new IOException("the answer was lost")));
            case LATE ->
                result.thenApplyAsync(late -> late, CompletableFuture.delayedExecutor(5, TimeUnit.MILLISECONDS));
            case ANSWERED, CALL_LOST -> result;
        };
    }
}
