package pond.server.stages;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import pond.common.ids.RunId;
import pond.server.db.Row;
import pond.server.db.Tx;

/** Rows of waits. */
final class WaitStore {
    void put(Tx tx, Wait wait) {
        tx.update(
                """
                INSERT INTO waits (subject, run_id, position, code, message, since, deadline)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (subject) DO UPDATE
                SET code = excluded.code, message = excluded.message, since = excluded.since, deadline = excluded.deadline
                """,
                wait.subject(),
                wait.run(),
                wait.position(),
                wait.code(),
                wait.message(),
                wait.since(),
                wait.deadline());
    }

    void delete(Tx tx, String subject) {
        tx.update("DELETE FROM waits WHERE subject = ?", subject);
    }

    void deleteOf(Tx tx, RunId run) {
        tx.update("DELETE FROM waits WHERE run_id = ?", run);
    }

    void postpone(Tx tx, String subject, Instant deadline) {
        tx.update("UPDATE waits SET deadline = ? WHERE subject = ?", deadline, subject);
    }

    Optional<Wait> find(Tx tx, String subject) {
        return tx.find("SELECT * FROM waits WHERE subject = ?", WaitStore::wait, subject);
    }

    List<Wait> listOf(Tx tx, RunId run) {
        return tx.list("SELECT * FROM waits WHERE run_id = ?", WaitStore::wait, run);
    }

    List<Wait> listForOperators(Tx tx) {
        return tx.list(
                "SELECT * FROM waits WHERE code IN ('harness_unknown', 'model_unknown') ORDER BY since",
                WaitStore::wait);
    }

    List<Wait> listDue(Tx tx, Instant now, int limit) {
        return tx.list(
                "SELECT * FROM waits WHERE deadline <= ? ORDER BY deadline LIMIT ?", WaitStore::wait, now, limit);
    }

    Optional<Instant> nextDeadline(Tx tx) {
        return tx.find("SELECT deadline FROM waits ORDER BY deadline LIMIT 1", row -> row.instant("deadline"));
    }

    private static Wait wait(Row row) {
        String run = row.textOrNull("run_id");
        return new Wait(
                row.text("subject"),
                run == null ? null : RunId.of(run),
                row.intOrNull("position"),
                row.constant("code", WaitCode.class),
                row.text("message"),
                row.instant("since"),
                row.instant("deadline"));
    }
}
