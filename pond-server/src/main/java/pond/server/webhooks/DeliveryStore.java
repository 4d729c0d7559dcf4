package pond.server.webhooks;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import pond.common.api.DeliveryStatus;
import pond.common.api.DeliveryView.AttemptView;
import pond.common.ids.RunId;
import pond.server.db.Row;
import pond.server.db.Tx;

/** Rows of deliveries and of their attempts. A change names the status that it expects. */
final class DeliveryStore {
    /** Attempts that are kept of a delivery, the last ones. */
    private static final int KEPT_ATTEMPTS = 20;

    private static final String COLUMNS = """
            id, run_id, event, url, receiver, status, attempts, failures, next_attempt_at, give_up_at, created_at,
            delivered_at
            """;

    void insert(Tx tx, Delivery delivery, String body) {
        tx.update(
                "INSERT INTO deliveries (" + COLUMNS + ", body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                delivery.id(),
                delivery.run(),
                delivery.event(),
                delivery.url(),
                delivery.receiver(),
                delivery.status(),
                delivery.attempts(),
                delivery.failures(),
                delivery.nextAttemptAt(),
                delivery.giveUpAt(),
                delivery.createdAt(),
                delivery.deliveredAt(),
                body);
    }

    /** Writes what can change; false when the delivery is no longer as {@code before} says, or not there. */
    boolean update(Tx tx, Delivery before, Delivery now) {
        return tx.update(
                        """
                UPDATE deliveries SET status = ?, attempts = ?, failures = ?, next_attempt_at = ?, give_up_at = ?,
                                      delivered_at = ?
                WHERE id = ? AND status = ? AND attempts = ?
                """,
                        now.status(),
                        now.attempts(),
                        now.failures(),
                        now.nextAttemptAt(),
                        now.giveUpAt(),
                        now.deliveredAt(),
                        before.id(),
                        before.status(),
                        before.attempts())
                == 1;
    }

    /** Adds an attempt, and removes those that are too many now. */
    void insertAttempt(Tx tx, UUID delivery, int number, Attempt attempt) {
        tx.update(
                """
                INSERT INTO delivery_attempts (delivery_id, number, at, status, error, duration_ms)
                VALUES (?, ?, ?, ?, ?, ?)
                """,
                delivery,
                number,
                attempt.at(),
                attempt.status(),
                attempt.error(),
                attempt.took().toMillis());
        tx.update(
                "DELETE FROM delivery_attempts WHERE delivery_id = ? AND number <= ?",
                delivery,
                number - KEPT_ATTEMPTS);
    }

    /**
     * What is due, some of each receiver, those first that a receiver has waited for longest: so the many deliveries of one
     * receiver stand in no other's way.
     */
    List<Delivery> listDue(Tx tx, Instant now, int ofEach, int limit) {
        return tx.list(
                "SELECT " + COLUMNS + " FROM (SELECT " + COLUMNS + """
                , row_number() OVER (PARTITION BY receiver ORDER BY next_attempt_at, id) AS place
                FROM deliveries WHERE status = 'pending' AND next_attempt_at <= ?)
                WHERE place <= ? ORDER BY place, next_attempt_at, id LIMIT ?
                """, DeliveryStore::delivery, now, ofEach, limit);
    }

    /** When something is due next, of what is not due yet. */
    Optional<Instant> findNextDue(Tx tx, Instant now) {
        return tx.find("""
                SELECT next_attempt_at FROM deliveries WHERE status = 'pending' AND next_attempt_at > ?
                ORDER BY next_attempt_at LIMIT 1
                """, row -> row.instant("next_attempt_at"), now);
    }

    Optional<String> findBody(Tx tx, UUID delivery) {
        return tx.find("SELECT body FROM deliveries WHERE id = ?", row -> row.text("body"), delivery);
    }

    Optional<Delivery> find(Tx tx, RunId run, UUID delivery) {
        return tx.find(
                "SELECT " + COLUMNS + " FROM deliveries WHERE run_id = ? AND id = ?",
                DeliveryStore::delivery,
                run,
                delivery);
    }

    List<Delivery> list(Tx tx, RunId run) {
        return tx.list(
                "SELECT " + COLUMNS + " FROM deliveries WHERE run_id = ? ORDER BY id", DeliveryStore::delivery, run);
    }

    /** Oldest first. */
    List<AttemptView> listAttempts(Tx tx, UUID delivery) {
        return tx.list(
                "SELECT at, status, error, duration_ms FROM delivery_attempts WHERE delivery_id = ? ORDER BY number",
                row -> new AttemptView(
                        row.instant("at"), row.intOrNull("status"), row.textOrNull("error"), row.number("duration_ms")),
                delivery);
    }

    private static Delivery delivery(Row row) {
        return new Delivery(
                UUID.fromString(row.text("id")),
                RunId.of(row.text("run_id")),
                row.text("event"),
                row.text("url"),
                row.text("receiver"),
                row.constant("status", DeliveryStatus.class),
                Math.toIntExact(row.number("attempts")),
                Math.toIntExact(row.number("failures")),
                row.instantOrNull("next_attempt_at"),
                row.instant("give_up_at"),
                row.instant("created_at"),
                row.instantOrNull("delivered_at"));
    }
}
