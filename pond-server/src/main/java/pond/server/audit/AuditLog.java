package pond.server.audit;

import java.time.InstantSource;
import java.util.List;
import pond.server.db.Database;
import pond.server.db.Tx;

/** The audit trail: the newest {@link #KEPT} entries. Safe to share. */
public final class AuditLog {
    /** Years of an operator's work; at some hundred bytes each, megabytes. */
    static final int KEPT = 100_000;

    private final Database database;
    private final InstantSource clock;
    private final AuditStore store = new AuditStore();

    /** @param database with {@code db/pond} */
    public AuditLog(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    /**
     * Writes an entry, as part of the change that it tells of.
     *
     * @param action a thing and a verb, such as {@code credential.set}
     * @param subject which one; never anything secret
     */
    public void record(Tx tx, Actor who, String action, String subject) {
        store.insert(tx, clock.instant(), who, action, subject);
        store.trim(tx, KEPT);
    }

    /** Newest first, below an id: that of the last entry of the page before, or {@link Long#MAX_VALUE}. */
    public AuditPage list(long before, int limit) {
        List<AuditEntry> entries = database.read(tx -> store.listBefore(tx, before, limit + 1));
        return entries.size() <= limit
                ? new AuditPage(entries, null)
                : new AuditPage(
                        entries.subList(0, limit),
                        Long.toString(entries.get(limit - 1).id()));
    }
}
