package pond.server.keys;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import pond.common.ids.ProjectId;
import pond.server.db.Tx;

/** Rows of {@code keys}. */
final class KeyStore {
    void insert(Tx tx, ApiKey key) {
        tx.handle()
                .createUpdate("""
                        INSERT INTO keys (id, project_id, name, sha256, created_at, expires_at, prefix)
                        VALUES (:id, :projectId, :name, :sha256, :createdAt, :expiresAt, :prefix)
                        """)
                .bind("id", key.id())
                .bind("projectId", key.projectId())
                .bind("name", key.name())
                .bind("sha256", key.sha256())
                .bind("createdAt", key.createdAt())
                .bind("expiresAt", key.expiresAt())
                .bind("prefix", key.prefix())
                .execute();
    }

    /** Asked for every request with a key, so it goes past JDBI to a statement that is prepared once. */
    Optional<ApiKey> findByDigest(Tx tx, String sha256) throws SQLException {
        PreparedStatement query = tx.statement("SELECT * FROM keys WHERE sha256 = ?");
        query.setString(1, sha256);
        try (ResultSet row = query.executeQuery()) {
            return row.next() ? Optional.of(read(row)) : Optional.empty();
        }
    }

    List<ApiKey> list(Tx tx) {
        return tx.handle()
                .createQuery("SELECT * FROM keys ORDER BY created_at, id")
                .map((row, context) -> read(row))
                .list();
    }

    List<ApiKey> listOfProject(Tx tx, ProjectId project) {
        return tx.handle()
                .createQuery("SELECT * FROM keys WHERE project_id = :project ORDER BY created_at, id")
                .bind("project", project.value())
                .map((row, context) -> read(row))
                .list();
    }

    /** A page of keys, oldest first; ids rise with time. */
    List<ApiKey> listAfter(Tx tx, Optional<ProjectId> project, String id, int limit) {
        return tx.handle()
                .createQuery("""
                        SELECT * FROM keys WHERE id > :id AND (:project IS NULL OR project_id = :project)
                        ORDER BY id LIMIT :limit
                        """)
                .bind("id", id)
                .bind("project", project.map(ProjectId::value).orElse(null))
                .bind("limit", limit)
                .map((row, context) -> read(row))
                .list();
    }

    Optional<ApiKey> findById(Tx tx, UUID id) {
        return tx.handle()
                .createQuery("SELECT * FROM keys WHERE id = :id")
                .bind("id", id.toString())
                .map((row, context) -> read(row))
                .findOne();
    }

    /** Marks a key revoked; false when there is none, or it is already. */
    boolean updateRevoked(Tx tx, UUID id, Instant at) {
        return tx.handle()
                        .createUpdate(
                                "UPDATE keys SET revoked_at = max(:at, created_at) WHERE id = :id AND revoked_at IS NULL")
                        .bind("at", at)
                        .bind("id", id.toString())
                        .execute()
                == 1;
    }

    /** Notes a use, unless one after {@code since} is noted. */
    void updateLastUsed(Tx tx, UUID id, Instant at, Instant since) {
        tx.update("""
                UPDATE keys SET last_used_at = max(?, created_at)
                WHERE id = ? AND (last_used_at IS NULL OR last_used_at <= ?)
                """, at, id, since);
    }

    private static ApiKey read(ResultSet row) throws SQLException {
        return new ApiKey(
                row.getString("id"),
                row.getString("project_id"),
                row.getString("name"),
                row.getString("sha256"),
                Instant.ofEpochMilli(row.getLong("created_at")),
                instant(row, "expires_at"),
                instant(row, "revoked_at"),
                row.getString("prefix"),
                instant(row, "last_used_at"));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        long millis = row.getLong(column);
        return row.wasNull() ? null : Instant.ofEpochMilli(millis);
    }
}
