package pond.server.dispatch;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;
import pond.common.definition.ExecutorKind;
import pond.server.db.Database;
import pond.server.db.Tx;
import pond.server.workers.Needs;

/** How much waits, and how much is in the hands of workers. Safe for use by several threads. */
public final class Backlog {
    private final Database database;
    private final InstantSource clock;
    private final JobStore jobs = new JobStore();

    public Backlog(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    /** Jobs of one kind: how many are queued, and for how long the oldest of them has been waiting. */
    public record Queued(long count, Duration oldest) {
        static final Queued NONE = new Queued(0, Duration.ZERO);

        Queued and(Queued other) {
            return new Queued(count + other.count, oldest.compareTo(other.oldest) > 0 ? oldest : other.oldest);
        }
    }

    /** All of one moment; {@code queued} has every kind. */
    public record Now(Map<ExecutorKind, Queued> queued, long leased) {
        public Now {
            queued = Map.copyOf(queued);
        }
    }

    /** Looks; takes as long as it takes to count those jobs in an index. */
    public Now read() {
        return database.read(this::read);
    }

    private Now read(Tx tx) {
        Map<ExecutorKind, Queued> queued = new EnumMap<>(ExecutorKind.class);
        for (ExecutorKind kind : ExecutorKind.values()) {
            queued.put(kind, Queued.NONE);
        }
        Instant now = clock.instant();
        for (JobStore.Queued some : jobs.listQueued(tx)) {
            Duration oldest = jobs.findQueuedSince(tx, some.oldest())
                    .map(since -> Duration.between(since, now))
                    .filter(age -> !age.isNegative())
                    .orElse(Duration.ZERO);
            queued.merge(Needs.parse(some.needs()).kind(), new Queued(some.count(), oldest), Queued::and);
        }
        return new Now(queued, jobs.countLeased(tx));
    }
}
