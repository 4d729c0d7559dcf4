package pond.server.maintenance;

import java.util.Optional;
import pond.server.db.Row;
import pond.server.db.Tx;

/** The one row of {@code maintenance}, which is there while nothing is handed out. */
final class MaintenanceStore {
    Optional<Maintenance> find(Tx tx) {
        return tx.find("SELECT reason, since, actor FROM maintenance", MaintenanceStore::maintenance);
    }

    void put(Tx tx, Maintenance maintenance) {
        tx.update("""
                INSERT INTO maintenance (only, reason, since, actor) VALUES (1, ?, ?, ?)
                ON CONFLICT (only) DO UPDATE SET reason = excluded.reason
                """, maintenance.reason(), maintenance.since(), maintenance.actor());
    }

    /** Whether there was one. */
    boolean delete(Tx tx) {
        return tx.update("DELETE FROM maintenance") == 1;
    }

    private static Maintenance maintenance(Row row) {
        return new Maintenance(row.textOrNull("reason"), row.instant("since"), row.text("actor"));
    }
}
