package pond.server.workers;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import pond.common.definition.ExecutorKind;
import pond.common.ids.ProjectId;
import pond.common.ids.WorkerId;
import pond.common.protocol.Attach;
import pond.common.protocol.ProtocolException;
import pond.common.protocol.Refusal;
import pond.server.db.Database;
import pond.server.db.Tx;

/**
 * Attachments. The rows are the truth; a copy of those that are attached is kept in memory, changed by each commit, so
 * that matching costs no query. When a worker was last heard of is in memory alone: after a restart every worker gets a
 * whole lease to speak up. Safe for use by several threads.
 */
public final class WorkerService {
    private static final Duration KEPT = Duration.ofDays(30);

    private final Database database;
    private final InstantSource clock;
    private final WorkerStore store = new WorkerStore();
    private final Map<WorkerId, Worker> attached = new ConcurrentHashMap<>();
    private final Map<WorkerId, Instant> lastSeen = new ConcurrentHashMap<>();
    /** Why those that are attached and ask for no jobs do not. */
    private final Map<WorkerId, String> paused = new ConcurrentHashMap<>();
    /** Those whose end is being committed. */
    private final Set<WorkerId> leaving = ConcurrentHashMap.newKeySet();

    private volatile Consumer<Ending> listener = ending -> {};

    /** Reads the attachments that a predecessor of this server left. */
    public WorkerService(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
        List<Worker> left = database.read(store::listAttached);
        left.forEach(worker -> {
            attached.put(worker.id(), worker);
            lastSeen.put(worker.id(), clock.instant());
        });
    }

    /**
     * Makes a worker known, inside the caller's transaction. What it says of {@code pool:} and {@code tenant:} tags itself
     * counts for nothing: those come from its enrolment.
     */
    public Worker attach(Tx tx, WorkerId id, Attach attach, Party party) {
        Set<String> tags = new HashSet<>(party.granted());
        attach.tags().stream()
                .filter(tag -> !tag.startsWith("pool:") && !tag.startsWith(Worker.TENANT_TAG))
                .forEach(tags::add);
        Worker worker = new Worker(
                id,
                party.identity(),
                attach.name(),
                attach.version(),
                attach.executors(),
                attach.capabilities(),
                tags,
                attach.slots(),
                party.local(),
                false,
                clock.instant());
        store.insert(tx, worker);
        lastSeen.put(id, clock.instant());
        tx.afterCommit(() -> attached.put(id, worker));
        return worker;
    }

    /** Ends an attachment; false when it had ended before. */
    public boolean end(Tx tx, WorkerId id, Ending ending) {
        boolean ended = store.end(tx, id, ending, clock.instant());
        leaving.add(id);
        tx.ifUndone(() -> leaving.remove(id));
        tx.afterCommit(() -> {
            attached.remove(id);
            lastSeen.remove(id);
            paused.remove(id);
            leaving.remove(id);
            if (ended) {
                listener.accept(ending);
            }
        });
        return ended;
    }

    /** Tells of every end from now on, after its commit; there is one listener. */
    public void onEnd(Consumer<Ending> told) {
        listener = told;
    }

    /** How an attachment ends. */
    public enum Ending {
        DETACHED,
        LOST,
        /** Another process has attached with the same identity. */
        REPLACED,
        /** Its identity was. */
        REVOKED
    }

    /**
     * The attachment, which has given a sign of life by asking.
     *
     * @param identity whose it must be; null for a worker inside the server
     * @throws ProtocolException {@link Refusal#REPLACED} when a later one has taken its place, {@link
     *     Refusal#UNKNOWN_WORKER} when it has ended otherwise, never was, or is somebody else's
     */
    public Worker require(WorkerId id, @Nullable WorkerId identity) {
        Worker worker = attached.get(id);
        if (worker == null || !Objects.equals(worker.identity(), identity)) {
            throw ended(id, identity);
        }
        lastSeen.computeIfPresent(id, (known, before) -> clock.instant());
        return worker;
    }

    private ProtocolException ended(WorkerId id, @Nullable WorkerId identity) {
        boolean replaced = database.read(tx -> store.findStatus(tx, id, identity))
                .filter("replaced"::equals)
                .isPresent();
        return replaced
                ? new ProtocolException(Refusal.REPLACED, "another process has attached with this worker's identity")
                : new ProtocolException(Refusal.UNKNOWN_WORKER, "this attachment has ended; attach again");
    }

    /** Whether this attachment was of this identity and ended as its worker wished. */
    public boolean hasDetached(WorkerId id, @Nullable WorkerId identity) {
        return database.read(tx -> store.findStatus(tx, id, identity))
                .filter("detached"::equals)
                .isPresent();
    }

    /** The attachment that an identity has now. */
    public Optional<WorkerId> findAttachedOf(Tx tx, WorkerId identity) {
        return store.findAttachedOf(tx, identity);
    }

    /** Lets an attached worker take no new jobs for as long as it is attached; false when that was so before. */
    public boolean drain(Tx tx, WorkerId id) {
        boolean changed = store.drain(tx, id);
        tx.afterCommit(() -> attached.computeIfPresent(id, (same, worker) -> worker.withDraining()));
        return changed;
    }

    /** The latest attachment of each identity, and the server's own workers. */
    public List<Attachment> listLatest(Tx tx) {
        return store.listLatest(tx);
    }

    /** Deletes attachments that ended a month ago, save the latest of each identity; answers how many. */
    public CompletableFuture<Integer> sweep() {
        return database.write(tx -> store.deleteEnded(tx, clock.instant().minus(KEPT)));
    }

    /** When an attached worker was last heard of. */
    public Optional<Instant> lastSeen(WorkerId id) {
        return Optional.ofNullable(lastSeen.get(id));
    }

    /** Notes what an attached worker says of why it asks for no jobs; null: it does. */
    public void paused(WorkerId id, @Nullable String why) {
        if (why == null || !attached.containsKey(id)) {
            paused.remove(id);
        } else {
            paused.put(id, why);
        }
    }

    /** Why an attached worker asks for no jobs, as it said last; empty when it does. */
    public Optional<String> whyPaused(WorkerId id) {
        return Optional.ofNullable(paused.get(id));
    }

    public Optional<Worker> find(WorkerId id) {
        return Optional.ofNullable(attached.get(id));
    }

    /** The attachment, for a job to be given to it on the writer's thread: not one that the same transaction ends. */
    public Optional<Worker> findStaying(WorkerId id) {
        return find(id).filter(worker -> !leaving.contains(id));
    }

    /** Everyone who is attached. */
    public Collection<Worker> listAttached() {
        return List.copyOf(attached.values());
    }

    /** Whether someone attached can run such a job of this project, now or when a slot is free. */
    public boolean canServe(Needs needs, ProjectId project) {
        return attached.values().stream().anyMatch(worker -> worker.serves(needs) && worker.admits(project));
    }

    /** Why nobody can, in words: what is needed, and what the worker that comes nearest lacks. */
    public String whyNobody(Needs needs, ProjectId project) {
        String wanted = "no attached worker can serve it; it needs " + needs.describe();
        return attached.values().stream()
                .filter(worker ->
                        worker.admits(project) && (needs.kind() == ExecutorKind.FETCH || !worker.onlyFetches()))
                .min(Comparator.<Worker>comparingInt(
                                worker -> needs.missingFrom(worker).size())
                        .thenComparing(Worker::draining)
                        .thenComparing(Worker::name))
                .map(nearest -> wanted + "; worker '" + nearest.name() + "' comes nearest and " + lacks(needs, nearest))
                .orElse(wanted + ", and no worker is attached for this project; attach one");
    }

    private static String lacks(Needs needs, Worker nearest) {
        List<String> missing = needs.missingFrom(nearest);
        if (missing.isEmpty()) {
            return "is draining: it takes no new jobs until it is started again";
        }
        return "lacks " + String.join(", ", missing) + (nearest.draining() ? ", and is draining" : "");
    }
}
