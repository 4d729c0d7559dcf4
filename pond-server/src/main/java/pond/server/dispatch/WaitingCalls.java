package pond.server.dispatch;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import pond.common.definition.ExecutorKind;
import pond.common.ids.WorkerId;
import pond.common.protocol.Job;
import pond.server.workers.Worker;

/**
 * The lease calls that wait, by what their workers offer: a thousand workers of one make are asked once, not a thousand
 * times, whether a job fits them. Safe for use by several threads.
 */
final class WaitingCalls {
    private final Map<Offer, LinkedHashSet<Call>> byOffer = new HashMap<>();
    private long entries;
    private boolean closed;

    /** One lease call; what changes of it is guarded by the calls that it is among. */
    static final class Call {
        final WorkerId worker;
        final int atMost;
        final LeaseDesk.Claims claims;
        final CompletableFuture<List<Job>> answer = new CompletableFuture<>();
        final long begun = System.nanoTime();
        private boolean expired;
        private long entry;
        private @Nullable Offer offer;

        Call(WorkerId worker, int atMost, LeaseDesk.Claims claims) {
            this.worker = worker;
            this.atMost = atMost;
            this.claims = claims;
        }
    }

    /** Everything about a worker that decides which jobs fit it. */
    private record Offer(Set<ExecutorKind> executors, Set<String> capabilities, Set<String> tags, boolean draining) {}

    /** False when it must not wait: its time is over, its caller is gone, or nothing is handed out any more. */
    synchronized boolean add(Call call, Worker worker) {
        if (closed || call.expired || call.answer.isDone()) {
            return false;
        }
        Offer offer = new Offer(worker.executors(), worker.capabilities(), worker.tags(), worker.draining());
        call.offer = offer;
        call.entry = entries++;
        byOffer.computeIfAbsent(offer, first -> new LinkedHashSet<>()).add(call);
        return true;
    }

    /** False when it did not wait. */
    synchronized boolean remove(Call call) {
        Offer offer = call.offer;
        Set<Call> same = offer == null ? null : byOffer.get(offer);
        call.offer = null;
        if (offer == null || same == null || !same.remove(call)) {
            return false;
        }
        if (same.isEmpty()) {
            byOffer.remove(offer);
        }
        return true;
    }

    /** Lets it never wait again; false when it did not wait just now. */
    synchronized boolean expire(Call call) {
        call.expired = true;
        return remove(call);
    }

    /** Removes what {@link #findOldest} finds. */
    synchronized Optional<Call> takeOldest(
            Function<WorkerId, Optional<Worker>> find, Predicate<Worker> fits, Set<Call> tried) {
        Optional<Call> oldest = findOldest(find, fits, tried);
        oldest.ifPresent(this::remove);
        return oldest;
    }

    /**
     * The call that has waited longest of those whose worker fits, save those already tried. It goes on waiting.
     *
     * @param find the worker as it is now; empty when it is gone
     */
    synchronized Optional<Call> findOldest(
            Function<WorkerId, Optional<Worker>> find, Predicate<Worker> fits, Set<Call> tried) {
        Call oldest = null;
        for (Map.Entry<Offer, LinkedHashSet<Call>> same : byOffer.entrySet()) {
            for (Call call : same.getValue()) {
                Worker worker = find.apply(call.worker).orElse(null);
                // One that is gone, or drains since it called, says nothing about the others.
                if (tried.contains(call)
                        || worker == null
                        || worker.draining() != same.getKey().draining()) {
                    continue;
                }
                // The others of this offer came later, and fit or do not fit just as well.
                if ((oldest == null || call.entry < oldest.entry) && fits.test(worker)) {
                    oldest = call;
                }
                break;
            }
        }
        return Optional.ofNullable(oldest);
    }

    /** All of them, the one that has waited longest first. */
    synchronized List<Call> all() {
        return byOffer.values().stream()
                .flatMap(Set::stream)
                .sorted(Comparator.comparingLong(call -> call.entry))
                .toList();
    }

    /** The calls of one worker. */
    synchronized List<Call> of(WorkerId worker) {
        return byOffer.values().stream()
                .flatMap(Set::stream)
                .filter(call -> call.worker.equals(worker))
                .toList();
    }

    /** Lets none wait any more; answers those that did. */
    synchronized List<Call> close() {
        closed = true;
        List<Call> all = new ArrayList<>();
        byOffer.values().forEach(all::addAll);
        return all;
    }
}
