package pond.server.models;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import pond.common.swarm.ModelSpec;
import pond.common.swarm.RateCard;
import pond.server.db.Row;
import pond.server.db.Tx;

/** Rows of {@code models}. */
final class ModelStore {
    /** A model with the times that only its row knows. */
    record Stored(ModelSpec spec, Instant createdAt, Instant updatedAt) {
        ModelView view() {
            return ModelView.of(spec, createdAt, updatedAt);
        }
    }

    void put(Tx tx, Stored model) {
        ModelSpec spec = model.spec();
        RateCard rates = spec.rates();
        tx.update(
                """
                INSERT INTO models (key, label, provider, model_id, credential_name, input_micros, output_micros,
                    cache_read_micros, cache_write_micros, created_at, updated_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (key) DO UPDATE SET label = excluded.label, provider = excluded.provider,
                    model_id = excluded.model_id, credential_name = excluded.credential_name,
                    input_micros = excluded.input_micros, output_micros = excluded.output_micros,
                    cache_read_micros = excluded.cache_read_micros, cache_write_micros = excluded.cache_write_micros,
                    updated_at = excluded.updated_at
                """,
                spec.key(),
                spec.label(),
                spec.provider(),
                spec.modelId(),
                spec.credentialName(),
                rates.inputMicros(),
                rates.outputMicros(),
                rates.cacheReadMicros(),
                rates.cacheWriteMicros(),
                model.createdAt(),
                model.updatedAt());
    }

    Optional<Stored> find(Tx tx, String key) {
        return tx.find("SELECT * FROM models WHERE key = ?", ModelStore::stored, key);
    }

    List<Stored> list(Tx tx) {
        return tx.list("SELECT * FROM models ORDER BY key", ModelStore::stored);
    }

    List<String> listUsersOf(Tx tx, String credential) {
        return tx.list(
                "SELECT key FROM models WHERE credential_name = ? ORDER BY key", row -> row.text("key"), credential);
    }

    long count(Tx tx) {
        return tx.find("SELECT count(*) AS n FROM models", row -> row.number("n"))
                .orElseThrow();
    }

    /** Whether there was one. */
    boolean delete(Tx tx, String key) {
        return tx.update("DELETE FROM models WHERE key = ?", key) == 1;
    }

    private static Stored stored(Row row) {
        RateCard rates = new RateCard(
                row.number("input_micros"),
                row.number("output_micros"),
                row.numberOrNull("cache_read_micros"),
                row.numberOrNull("cache_write_micros"));
        ModelSpec spec = new ModelSpec(
                row.text("key"),
                row.text("label"),
                row.text("provider"),
                row.text("model_id"),
                row.text("credential_name"),
                rates);
        return new Stored(spec, row.instant("created_at"), row.instant("updated_at"));
    }
}
