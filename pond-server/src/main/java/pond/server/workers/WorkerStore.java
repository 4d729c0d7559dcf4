package pond.server.workers;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
                INSERT INTO workers (id, name, version, executors, capabilities, tags, slots, local, status, attached_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'attached', ?)
                """,
                worker.id(),
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

    List<Worker> listAttached(Tx tx) {
        return tx.list("SELECT * FROM workers WHERE ended_at IS NULL", WorkerStore::worker);
    }

    private static Worker worker(Row row) {
        return new Worker(
                WorkerId.of(row.text("id")),
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
