package pond.server.artifacts;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jspecify.annotations.Nullable;
import pond.common.ids.ArtifactName;
import pond.common.ids.JobId;
import pond.common.ids.RunId;
import pond.common.json.Json;
import pond.common.protocol.Completion.Produced;
import pond.server.db.Tx;

/** What has arrived and what is shown, as rows; see {@code db/pond/0003_create_artifacts.sql}. */
final class ArtifactStore {
    private static final String COLUMNS =
            "stage_position, stage, substage, name, size, sha256, content_type, created_at";

    int uploads(Tx tx, JobId job) {
        return tx.handle()
                .createQuery("SELECT count(*) FROM artifact_uploads WHERE job_id = :job")
                .bind("job", job.toString())
                .mapTo(Integer.class)
                .one();
    }

    long uploadedBytes(Tx tx, JobId job) {
        return tx.handle()
                .createQuery("SELECT coalesce(sum(size), 0) FROM artifact_uploads WHERE job_id = :job")
                .bind("job", job.toString())
                .mapTo(Long.class)
                .one();
    }

    /** Whether the run shows these bytes, or the job has sent them under another name. */
    boolean isOwned(Tx tx, RunId run, JobId job, Digest digest) {
        return tx.handle()
                .createQuery("""
                        SELECT EXISTS (SELECT 1 FROM artifacts
                                WHERE run_id = :run AND sha256 = :sha256 AND size = :size)
                            OR EXISTS (SELECT 1 FROM artifact_uploads
                                WHERE job_id = :job AND sha256 = :sha256 AND size = :size)
                        """)
                .bind("run", run.toString())
                .bind("job", job.toString())
                .bind("sha256", digest.sha256())
                .bind("size", digest.size())
                .mapTo(Boolean.class)
                .one();
    }

    void putUpload(Tx tx, JobId job, ArtifactName name, Digest digest, Instant now) {
        tx.handle()
                .createUpdate("""
                        INSERT INTO artifact_uploads (job_id, name, size, sha256, created_at)
                        VALUES (:job, :name, :size, :sha256, :now)
                        ON CONFLICT (job_id, name) DO UPDATE
                            SET size = excluded.size, sha256 = excluded.sha256, created_at = excluded.created_at
                        """)
                .bind("job", job.toString())
                .bind("name", name.value())
                .bind("size", digest.size())
                .bind("sha256", digest.sha256())
                .bind("now", now)
                .execute();
    }

    /** Shows one upload; false when there is none with this name and digest. */
    boolean publish(Tx tx, Producer producer, JobId job, Produced produced, Instant now) {
        return bind(tx.handle().createUpdate("""
                        INSERT INTO artifacts (run_id, stage_position, stage, substage, name, size, sha256,
                            content_type, created_at)
                        SELECT :run, :position, :stage, :substage, name, size, sha256, :type, :now
                        FROM artifact_uploads WHERE job_id = :job AND name = :name AND sha256 = :sha256
                        """), producer)
                        .bind("job", job.toString())
                        .bind("name", produced.name().value())
                        .bind("sha256", produced.sha256())
                        .bind("type", ContentTypes.of(produced.name()))
                        .bind("now", now)
                        .execute()
                == 1;
    }

    void put(Tx tx, Producer producer, ArtifactName name, Digest digest, Instant now) {
        bind(tx.handle().createUpdate("""
                        INSERT INTO artifacts (run_id, stage_position, stage, substage, name, size, sha256,
                            content_type, created_at)
                        VALUES (:run, :position, :stage, :substage, :name, :size, :sha256, :type, :now)
                        ON CONFLICT (run_id, stage, substage, name) DO UPDATE SET size = excluded.size,
                            sha256 = excluded.sha256, created_at = excluded.created_at
                        """), producer)
                .bind("name", name.value())
                .bind("size", digest.size())
                .bind("sha256", digest.sha256())
                .bind("type", ContentTypes.of(name))
                .bind("now", now)
                .execute();
    }

    void delete(Tx tx, Producer producer) {
        String sql = "DELETE FROM artifacts WHERE run_id = ? AND stage = ? AND substage = ?";
        tx.update(sql, producer.run(), producer.stage(), substage(producer));
    }

    void copy(Tx tx, RunId from, RunId to, String stage) {
        tx.update("""
                INSERT INTO artifacts (run_id, stage_position, stage, substage, name, size, sha256, content_type,
                    created_at)
                SELECT ?, stage_position, stage, substage, name, size, sha256, content_type, created_at
                FROM artifacts WHERE run_id = ? AND stage = ?
                """, to, from, stage);
    }

    /** Answers the digests that the rows had. */
    List<String> deleteRun(Tx tx, RunId run) {
        return tx.list("DELETE FROM artifacts WHERE run_id = ? RETURNING sha256", row -> row.text("sha256"), run);
    }

    void deleteUploads(Tx tx, JobId job) {
        tx.update("DELETE FROM artifact_uploads WHERE job_id = ?", job);
    }

    List<Artifact> list(Tx tx, RunId run) {
        return tx.handle()
                .createQuery("SELECT " + COLUMNS + " FROM artifacts WHERE run_id = :run"
                        + " ORDER BY stage_position, stage, substage, name")
                .bind("run", run.toString())
                .map((row, context) -> artifact(row))
                .list();
    }

    List<Artifact> of(Tx tx, RunId run, Collection<String> stages) {
        if (stages.isEmpty()) {
            return List.of();
        }
        return tx.handle()
                .createQuery("SELECT " + COLUMNS + " FROM artifacts WHERE run_id = :run AND stage IN (<stages>)"
                        + " ORDER BY stage_position, stage, substage, name")
                .bind("run", run.toString())
                .bindList("stages", List.copyOf(stages))
                .map((row, context) -> artifact(row))
                .list();
    }

    Optional<Artifact> find(Tx tx, RunId run, ArtifactName name, @Nullable String stage, @Nullable String substage) {
        return tx.handle()
                .createQuery("SELECT " + COLUMNS + " FROM artifacts WHERE run_id = :run AND name = :name"
                        + " AND stage = coalesce(:stage, stage) AND substage = coalesce(:substage, substage)"
                        + " ORDER BY stage_position DESC, substage LIMIT 1")
                .bind("run", run.toString())
                .bind("name", name.value())
                .bind("stage", stage)
                .bind("substage", substage)
                .map((row, context) -> artifact(row))
                .findOne();
    }

    /** The digests that are named and begin with these digits. */
    Set<String> named(Tx tx, String prefix) {
        // No digit of a digest is as high as this letter.
        String end = prefix + "g";
        return Set.copyOf(tx.list("""
                SELECT sha256 FROM artifacts WHERE sha256 >= ?1 AND sha256 < ?2
                UNION SELECT sha256 FROM artifact_uploads WHERE sha256 >= ?1 AND sha256 < ?2
                """, row -> row.text("sha256"), prefix, end));
    }

    /** Those of the digests that nothing names. */
    List<String> unnamed(Tx tx, Collection<String> digests) {
        return tx.list("""
                SELECT DISTINCT value AS sha256 FROM json_each(?)
                WHERE NOT EXISTS (SELECT 1 FROM artifacts WHERE sha256 = value)
                    AND NOT EXISTS (SELECT 1 FROM artifact_uploads WHERE sha256 = value)
                """, row -> row.text("sha256"), Json.write(digests));
    }

    List<JobId> uploadersBefore(Tx tx, Instant before) {
        return tx.handle()
                .createQuery("SELECT DISTINCT job_id FROM artifact_uploads WHERE created_at < :before")
                .bind("before", before)
                .mapTo(String.class)
                .map(JobId::of)
                .list();
    }

    private static <S extends SqlStatement<S>> S bind(S statement, Producer producer) {
        return statement
                .bind("run", producer.run().toString())
                .bind("position", producer.stagePosition())
                .bind("stage", producer.stage())
                .bind("substage", substage(producer));
    }

    private static String substage(Producer producer) {
        return producer.substage() == null ? "" : producer.substage();
    }

    private static Artifact artifact(ResultSet row) throws SQLException {
        String substage = row.getString("substage");
        return new Artifact(
                row.getInt("stage_position"),
                row.getString("stage"),
                substage.isEmpty() ? null : substage,
                new ArtifactName(row.getString("name")),
                new Digest(row.getString("sha256"), row.getLong("size")),
                row.getString("content_type"),
                Instant.ofEpochMilli(row.getLong("created_at")));
    }
}
