package pond.server.enrollment;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import pond.common.ids.WorkerId;
import pond.common.json.Json;
import pond.server.db.Row;
import pond.server.db.Tx;

/** Rows of {@code worker_identities}. */
final class IdentityStore {
    void insert(Tx tx, WorkerIdentity identity) {
        tx.update(
                """
                INSERT INTO worker_identities
                  (id, name, bearer_sha256, sealing_key, signing_key, fingerprint, tags, code_id, enrolled_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                identity.id(),
                identity.name(),
                identity.bearerSha256(),
                identity.sealingKey(),
                identity.signingKey(),
                identity.fingerprint(),
                Json.write(identity.tags()),
                identity.code(),
                identity.enrolledAt());
    }

    /** The bearer, and what else an enrolment says anew, for an identity that is not revoked. */
    void update(Tx tx, WorkerIdentity identity) {
        int rows = tx.update(
                """
                UPDATE worker_identities SET name = ?, bearer_sha256 = ?, tags = ?, code_id = ?
                WHERE id = ? AND revoked_at IS NULL
                """,
                identity.name(),
                identity.bearerSha256(),
                Json.write(identity.tags()),
                identity.code(),
                identity.id());
        if (rows != 1) {
            throw new IllegalStateException("identity " + identity.id() + " was not as expected");
        }
    }

    /** Asked for every request of a worker. */
    Optional<WorkerIdentity> findByBearer(Tx tx, String sha256) {
        return tx.find("SELECT * FROM worker_identities WHERE bearer_sha256 = ?", IdentityStore::identity, sha256);
    }

    Optional<WorkerIdentity> find(Tx tx, WorkerId id) {
        return tx.find("SELECT * FROM worker_identities WHERE id = ?", IdentityStore::identity, id);
    }

    Optional<WorkerIdentity> findLive(Tx tx, String fingerprint) {
        return tx.find(
                "SELECT * FROM worker_identities WHERE fingerprint = ? AND revoked_at IS NULL",
                IdentityStore::identity,
                fingerprint);
    }

    boolean wasRevokedSince(Tx tx, String fingerprint, Instant since) {
        return tx.find(
                        "SELECT 1 AS n FROM worker_identities WHERE fingerprint = ? AND revoked_at >= ? LIMIT 1",
                        row -> row.number("n"),
                        fingerprint,
                        since)
                .isPresent();
    }

    List<WorkerIdentity> listLive(Tx tx) {
        return tx.list(
                "SELECT * FROM worker_identities WHERE revoked_at IS NULL ORDER BY name, id", IdentityStore::identity);
    }

    /** False when there is none that is not revoked already. */
    boolean revoke(Tx tx, WorkerId id, Instant at) {
        return tx.update("""
                        UPDATE worker_identities SET revoked_at = max(?, enrolled_at)
                        WHERE id = ? AND revoked_at IS NULL
                        """, at, id) == 1;
    }

    private static WorkerIdentity identity(Row row) {
        return new WorkerIdentity(
                WorkerId.of(row.text("id")),
                row.text("name"),
                row.text("bearer_sha256"),
                row.text("sealing_key"),
                row.text("signing_key"),
                row.text("fingerprint"),
                Set.of(Json.read(row.text("tags"), String[].class)),
                UUID.fromString(row.text("code_id")),
                row.instant("enrolled_at"),
                row.instantOrNull("revoked_at"));
    }
}
