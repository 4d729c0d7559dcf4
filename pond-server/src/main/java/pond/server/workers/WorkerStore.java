package pond.server.workers;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import pond.common.definition.ExecutorKind;
import pond.common.ids.WorkerId;
import pond.common.json.Json;
import pond.server.db.Row;
import pond.server.db.Tx;

/** Rows of workers. Ended ones stay as a record; how long is the housekeeping's to decide. */
final class WorkerStore {
    void insert(Tx tx, Worker worker) {
        tx.update(
                """
                INSERT INTO workers
                  (id, identity_id, name, version, executors, capabilities, tags, slots, local, status, attached_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'attached', ?)
                """,
                worker.id(),
                worker.identity(),
                worker.name(),
                worker.version(),
                Json.write(worker.executors()),
                Json.write(worker.capabilities()),
                Json.write(worker.tags()),
                worker.slots(),
                worker.local(),
                worker.attachedAt());
    }

    boolean end(Tx tx, WorkerId id, WorkerService.Ending ending, Instant at) {
        return tx.update(
                        "UPDATE workers SET status = ?, ended_at = ? WHERE id = ? AND ended_at IS NULL",
                        ending.name().toLowerCase(Locale.ROOT),
                        at,
                        id)
                == 1;
    }

    /** False when it is not attached, or draining already. */
    boolean drain(Tx tx, WorkerId id) {
        return tx.update("UPDATE workers SET status = 'draining' WHERE id = ? AND status = 'attached'", id) == 1;
    }

    Optional<WorkerId> findAttachedOf(Tx tx, WorkerId identity) {
        return tx.find(
                "SELECT id FROM workers WHERE identity_id = ? AND ended_at IS NULL",
                row -> WorkerId.of(row.text("id")),
                identity);
    }

    /** How an attachment of this identity stands. */
    Optional<String> findStatus(Tx tx, WorkerId id, @Nullable WorkerId identity) {
        return tx.find(
                "SELECT status FROM workers WHERE id = ? AND identity_id IS ?",
                row -> row.text("status"),
                id,
                identity);
    }

    /** The latest attachment of each identity, and those of the server's own workers that have not ended. */
    List<Attachment> listLatest(Tx tx) {
        return tx.list("""
                SELECT * FROM workers
                WHERE id IN (SELECT max(id) FROM workers WHERE identity_id IS NOT NULL GROUP BY identity_id)
                   OR (identity_id IS NULL AND ended_at IS NULL)
                """, row -> new Attachment(worker(row), row.text("status"), row.instantOrNull("ended_at")));
    }

    /** Deletes what ended before then, save the latest of each identity. */
    int deleteEnded(Tx tx, Instant before) {
        return tx.update("""
                DELETE FROM workers WHERE ended_at < ?
                  AND id NOT IN (SELECT max(id) FROM workers WHERE identity_id IS NOT NULL GROUP BY identity_id)
                """, before);
    }

    List<Worker> listAttached(Tx tx) {
        return tx.list("SELECT * FROM workers WHERE ended_at IS NULL", WorkerStore::worker);
    }

    private static Worker worker(Row row) {
        String identity = row.textOrNull("identity_id");
        return new Worker(
                WorkerId.of(row.text("id")),
                identity == null ? null : WorkerId.of(identity),
                row.text("name"),
                row.text("version"),
                Stream.of(Json.read(row.text("executors"), ExecutorKind[].class))
                        .collect(Collectors.toSet()),
                Set.of(Json.read(row.text("capabilities"), String[].class)),
                Set.of(Json.read(row.text("tags"), String[].class)),
                (int) row.number("slots"),
                row.flag("local"),
                row.text("status").equals("draining"),
                row.instant("attached_at"));
    }
}
