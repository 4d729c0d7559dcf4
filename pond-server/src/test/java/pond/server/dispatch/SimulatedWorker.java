package pond.server.dispatch;

import static pond.testing.TestDatabase.get;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import pond.common.api.LogStream;
import pond.common.definition.ExecutorKind;
import pond.common.ids.JobId;
import pond.common.ids.WorkerId;
import pond.common.protocol.Attach;
import pond.common.protocol.Attached;
import pond.common.protocol.Completion;
import pond.common.protocol.Job;
import pond.common.protocol.LeaseRequest;
import pond.common.protocol.LogBatch;
import pond.common.protocol.Outcome;
import pond.common.protocol.ProtocolException;
import pond.common.protocol.Receipt;
import pond.common.protocol.Refusal;
import pond.common.protocol.RenewRequest;
import pond.common.protocol.Renewal;
import pond.common.protocol.WorkerProtocol;
import pond.server.workerapi.WorkerProtocolService;
import pond.server.workers.Party;

/**
 * A worker of a {@link Simulation}: it knows what it holds, as a real one does, and says each call's answer in a word. It
 * keeps its attachment when the server is started again.
 */
final class SimulatedWorker {
    /** A job as its worker sees it. */
    static final class Held {
        final Job job;
        boolean cancelling;
        long sent;

        @Nullable
        Outcome said;

        private Held(Job job) {
            this.job = job;
        }
    }

    static final String ACCEPTED = "accepted";

    final String name;
    final Map<JobId, Held> held = new LinkedHashMap<>();
    /** What it was given in an answer that it never heard. */
    final Set<JobId> missed = new HashSet<>();

    private final WorkerId identity;
    private @Nullable WorkerId attachment;
    private @Nullable CompletableFuture<List<Job>> waiting;
    private Set<ExecutorKind> kinds = Set.of();
    private int slots;
    private boolean draining;

    SimulatedWorker(String name, WorkerId identity) {
        this.name = name;
        this.identity = identity;
    }

    @Nullable
    WorkerId attachment() {
        return attachment;
    }

    boolean isAttached() {
        return attachment != null;
    }

    boolean serves(ExecutorKind kind) {
        return kinds.contains(kind);
    }

    /** Whether a call of it waits for jobs at this moment. */
    boolean waits() {
        return waiting != null;
    }

    int slots() {
        return slots;
    }

    int free() {
        return slots - held.size();
    }

    /** As a process that has just been started: it holds nothing. */
    String attach(TestDispatch server, Set<ExecutorKind> executors, int concurrency) {
        forget();
        kinds = executors;
        slots = concurrency;
        Attached attached = get(protocol(server)
                .attach(new Attach(WorkerProtocol.VERSION, name, "1", executors, Set.of(), Set.of(), concurrency)));
        attachment = attached.worker();
        return "attached with " + executors + " x " + concurrency;
    }

    /** Its process is gone, and nobody has been told. */
    void forget() {
        attachment = null;
        waiting = null;
        held.clear();
        draining = false;
    }

    String detach(TestDispatch server) {
        String answer = word(protocol(server).detach(), done -> "detached");
        forget();
        return answer;
    }

    /** @param lost the answer never arrives: what was handed out is nobody's until its lease is over */
    String lease(TestDispatch server, boolean lost) {
        return word(protocol(server).lease(new LeaseRequest(Math.max(1, free()), Duration.ZERO)), jobs -> {
            if (lost) {
                jobs.forEach(job -> missed.add(job.id()));
            } else {
                take(jobs);
            }
            return jobs + (lost ? ", and nobody hears it" : "");
        });
    }

    /** Begins to wait; {@link #collect} takes what comes. */
    String leaseLater(TestDispatch server) {
        CompletableFuture<List<Job>> call =
                protocol(server).lease(new LeaseRequest(Math.max(1, free()), Duration.ofSeconds(20)));
        if (call.isCompletedExceptionally()) {
            return word(call, List::toString);
        }
        waiting = call;
        return "waits";
    }

    /** The jobs that its waiting call was answered with; waits for an answer that must come. */
    void collect() {
        if (waiting != null) {
            take(get(waiting));
            waiting = null;
        }
    }

    /** The server that it waited at has gone. */
    void hangUp() {
        waiting = null;
    }

    private void take(List<Job> jobs) {
        jobs.forEach(job -> held.put(job.id(), new Held(job)));
    }

    String renew(TestDispatch server, boolean drain) {
        draining |= drain;
        List<RenewRequest.Held> jobs = held.values().stream()
                .map(one -> new RenewRequest.Held(one.job.ref(), one.cancelling))
                .toList();
        return word(protocol(server).renew(new RenewRequest(jobs, draining, Duration.ZERO)), this::obey);
    }

    private String obey(Renewal orders) {
        orders.lost().forEach(held::remove);
        orders.cancel().forEach(job -> {
            Held one = held.get(job);
            if (one != null) {
                one.cancelling = true;
            }
        });
        return "cancel " + orders.cancel().size() + ", lost " + orders.lost().size();
    }

    /** The next lines of a job, or the last batch once more. */
    String log(TestDispatch server, Held one, int lines, boolean again) {
        long first = again ? Math.max(1, one.sent - lines + 1) : one.sent + 1;
        int count = (int) (again ? one.sent - first + 1 : lines);
        if (count == 0) {
            return "nothing to repeat";
        }
        List<LogBatch.Line> batch = IntStream.range(0, count)
                .mapToObj(i -> new LogBatch.Line(Instant.EPOCH, LogStream.STDOUT, line(one.job, first + i)))
                .toList();
        return unlessLost(one, word(protocol(server).logs(new LogBatch(one.job.ref(), first, batch)), stored -> {
            one.sent = Math.max(one.sent, stored);
            return "stored up to " + stored;
        }));
    }

    static String line(Job job, long number) {
        return job.id() + " " + number;
    }

    /**
     * Ends a job; the same end as before when it has said one.
     *
     * @param lost the answer never arrives, so that it will be said again
     */
    String complete(TestDispatch server, Held one, Outcome outcome, boolean lost) {
        one.said = one.said == null ? outcome : one.said;
        Completion end = new Completion(one.job.ref(), one.said, one.sent, List.of(), Receipt.NONE, null);
        return unlessLost(one, word(protocol(server).complete(end), done -> {
            if (!lost) {
                held.remove(one.job.id());
            }
            return ACCEPTED;
        }));
    }

    private String unlessLost(Held one, String answer) {
        if (answer.equals(Refusal.LEASE_LOST.toString())) {
            held.remove(one.job.id());
        }
        return answer;
    }

    private WorkerProtocol protocol(TestDispatch server) {
        return new WorkerProtocolService(server.rooms, new Party(identity, Set.of("pool:trusted")), attachment);
    }

    /** What an answer says; a refusal has the consequences that it has for a real worker. */
    private <T> String word(CompletableFuture<T> call, Function<T, String> answered) {
        Object answer = get(call.handle((value, failure) -> failure == null ? new Answer<>(value) : cause(failure)));
        if (answer instanceof ProtocolException refused) {
            if (refused.refusal() == Refusal.UNKNOWN_WORKER) {
                forget();
            }
            return refused.refusal().toString();
        }
        if (answer instanceof Throwable failure) {
            throw new AssertionError(name + " got no answer", failure);
        }
        @SuppressWarnings("unchecked")
        Answer<T> value = (Answer<T>) answer;
        return answered.apply(value.value());
    }

    private record Answer<T>(@Nullable T value) {}

    private static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    List<Held> jobs() {
        return new ArrayList<>(held.values());
    }

    @Override
    public String toString() {
        return name;
    }
}
