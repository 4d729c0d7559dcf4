package pond.server.webhooks;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import pond.common.api.DeliveryStatus;
import pond.common.api.DeliveryView.AttemptView;
import pond.common.ids.ProjectId;
import pond.common.ids.RunId;
import pond.server.db.Row;
import pond.server.db.Tx;

/** Rows of deliveries and of their attempts. A change names the status that it expects. */
final class DeliveryStore {
    /** Attempts that are kept of a delivery, the last ones. */
    private static final int KEPT_ATTEMPTS = 20;

    private static final String COLUMNS = """
            id, run_id, project_id, event, url, receiver, status, attempts, failures, next_attempt_at, give_up_at, created_at,
            delivered_at
            """;

    private static final String LIST_DUE = "SELECT " + COLUMNS + " FROM (SELECT " + COLUMNS + """
            , row_number() OVER (PARTITION BY project_id ORDER BY place, next_attempt_at, id) AS turn
            FROM (SELECT\s""" + COLUMNS + """
            , row_number() OVER (PARTITION BY project_id, receiver ORDER BY next_attempt_at, id) AS place
            FROM deliveries WHERE status = 'pending' AND next_attempt_at <= ?)
            WHERE place <= ?)
            ORDER BY turn, random() LIMIT ?
            """;

    void insert(Tx tx, Delivery delivery, String body) {
        tx.update(
                "INSERT INTO deliveries (" + COLUMNS + ", body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                delivery.id(),
                delivery.run(),
                delivery.project(),
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
     * What is due, in the order of turns: first one delivery of each project, then another one of each, and within a project
     * one to each receiver before a second to any. Whoever has many that are due stands in nobody's way, and chance decides
     * between those whose turn it is alike.
     *
     * @param ofEach at most so many of one project to one receiver
     */
    List<Delivery> listDue(Tx tx, Instant now, int ofEach, int limit) {
        return tx.list(LIST_DUE, DeliveryStore::delivery, now, ofEach, limit);
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
                new ProjectId(row.text("project_id")),
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
