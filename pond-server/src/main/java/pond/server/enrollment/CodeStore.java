package pond.server.enrollment;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import pond.common.json.Json;
import pond.server.db.Row;
import pond.server.db.Tx;

/** Rows of {@code enrollment_codes}. */
final class CodeStore {
    void insert(Tx tx, EnrollmentCode code) {
        tx.update(
                """
                INSERT INTO enrollment_codes
                  (id, sha256, tags, pool, fingerprint, max_uses, uses, created_at, expires_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                code.id(),
                code.sha256(),
                Json.write(code.tags()),
                code.pool(),
                code.fingerprint(),
                code.maxUses(),
                code.uses(),
                code.createdAt(),
                code.expiresAt());
    }

    Optional<EnrollmentCode> findByDigest(Tx tx, String sha256) {
        return tx.find("SELECT * FROM enrollment_codes WHERE sha256 = ?", CodeStore::code, sha256);
    }

    Optional<EnrollmentCode> find(Tx tx, UUID id) {
        return tx.find("SELECT * FROM enrollment_codes WHERE id = ?", CodeStore::code, id);
    }

    List<EnrollmentCode> list(Tx tx) {
        return tx.list("SELECT * FROM enrollment_codes ORDER BY created_at, id", CodeStore::code);
    }

    /** Counts one use; false when there is none left. */
    boolean use(Tx tx, UUID id) {
        return tx.update("UPDATE enrollment_codes SET uses = uses + 1 WHERE id = ? AND uses < max_uses", id) == 1;
    }

    boolean delete(Tx tx, UUID id) {
        return tx.update("DELETE FROM enrollment_codes WHERE id = ?", id) == 1;
    }

    int deleteExpired(Tx tx, Instant before) {
        return tx.update("DELETE FROM enrollment_codes WHERE expires_at < ?", before);
    }

    private static EnrollmentCode code(Row row) {
        return new EnrollmentCode(
                UUID.fromString(row.text("id")),
                row.text("sha256"),
                List.of(Json.read(row.text("tags"), String[].class)),
                row.textOrNull("pool"),
                row.textOrNull("fingerprint"),
                (int) row.number("max_uses"),
                (int) row.number("uses"),
                row.instant("created_at"),
                row.instant("expires_at"));
    }
}
