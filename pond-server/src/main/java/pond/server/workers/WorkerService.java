package pond.server.workers;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import pond.common.ids.ProjectId;
import pond.common.ids.WorkerId;
import pond.common.protocol.Attach;
import pond.server.db.Database;
import pond.server.db.Tx;

/**
 * Attachments. The rows are the truth; a copy of those that are attached is kept in memory, changed by each commit, so
 * that matching costs no query. When a worker was last heard of is in memory alone: after a restart every worker gets a
 * whole lease to speak up. Safe for use by several threads.
 */
public final class WorkerService {
    private final InstantSource clock;
    private final WorkerStore store = new WorkerStore();
    private final Map<WorkerId, Worker> attached = new ConcurrentHashMap<>();
    private final Map<WorkerId, Instant> lastSeen = new ConcurrentHashMap<>();

    /** Reads the attachments that a predecessor of this server left. */
    public WorkerService(Database database, InstantSource clock) {
        this.clock = clock;
        List<Worker> left = database.read(store::listAttached);
        left.forEach(worker -> {
            attached.put(worker.id(), worker);
            lastSeen.put(worker.id(), clock.instant());
        });
    }

    /**
     * Makes a worker known, inside the caller's transaction.
     *
     * @param granted tags from its enrolment; what it says of {@code pool:} and {@code tenant:} tags itself counts for nothing
     */
    public Worker attach(Tx tx, WorkerId id, Attach attach, Set<String> granted, boolean local) {
        Set<String> tags = new HashSet<>(granted);
        attach.tags().stream()
                .filter(tag -> !tag.startsWith("pool:") && !tag.startsWith(Worker.TENANT_TAG))
                .forEach(tags::add);
        Worker worker = new Worker(
                id,
                attach.name(),
                attach.version(),
                attach.executors(),
                attach.capabilities(),
                tags,
                attach.slots(),
                local,
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
        tx.afterCommit(() -> {
            attached.remove(id);
            lastSeen.remove(id);
        });
        return ended;
    }

    /** How an attachment ends. */
    public enum Ending {
        DETACHED,
        LOST
    }

    /** Any call of a worker is a sign of life. */
    public void seen(WorkerId id) {
        lastSeen.computeIfPresent(id, (known, before) -> clock.instant());
    }

    /** When an attached worker was last heard of. */
    public Optional<Instant> lastSeen(WorkerId id) {
        return Optional.ofNullable(lastSeen.get(id));
    }

    public Optional<Worker> find(WorkerId id) {
        return Optional.ofNullable(attached.get(id));
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
                .filter(worker -> worker.admits(project) && !worker.draining())
                .min(Comparator.<Worker>comparingInt(
                                worker -> needs.missingFrom(worker).size())
                        .thenComparing(Worker::name))
                .map(nearest -> wanted + "; worker '" + nearest.name() + "' comes nearest and lacks "
                        + String.join(", ", needs.missingFrom(nearest)))
                .orElse(wanted + ", and no worker is attached for this project; attach one");
    }
}
