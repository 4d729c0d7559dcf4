package pond.server.audit;

import java.time.Instant;
import java.util.List;
import pond.server.db.Row;
import pond.server.db.Tx;

/** Rows of {@code audit_entries}. */
final class AuditStore {
    void insert(Tx tx, Instant at, Actor who, String action, String subject) {
        tx.update(
                "INSERT INTO audit_entries (at, actor, action, subject, request_id) VALUES (?, ?, ?, ?, ?)",
                at,
                who.name(),
                action,
                subject,
                who.requestId());
    }

    /** Deletes all but the newest; ids have no gaps but those of changes that were undone. */
    void trim(Tx tx, int kept) {
        tx.update("DELETE FROM audit_entries WHERE id <= (SELECT max(id) FROM audit_entries) - ?", kept);
    }

    List<AuditEntry> listBefore(Tx tx, long id, int limit) {
        return tx.list(
                "SELECT * FROM audit_entries WHERE id < ? ORDER BY id DESC LIMIT ?", AuditStore::entry, id, limit);
    }

    private static AuditEntry entry(Row row) {
        return new AuditEntry(
                row.number("id"),
                row.instant("at"),
                row.text("actor"),
                row.text("action"),
                row.text("subject"),
                row.textOrNull("request_id"));
    }
}
