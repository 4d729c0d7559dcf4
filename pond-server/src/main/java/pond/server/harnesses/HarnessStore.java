package pond.server.harnesses;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import pond.common.json.Json;
import pond.common.swarm.HarnessSpec;
import pond.server.db.Row;
import pond.server.db.Tx;

/** Rows of {@code harnesses}. */
final class HarnessStore {
    /** A harness with what only its row knows. */
    record Stored(HarnessSpec spec, @Nullable String preset, Instant createdAt, Instant updatedAt) {}

    void put(Tx tx, Stored harness) {
        tx.update(
                """
                INSERT INTO harnesses (key, spec, preset, created_at, updated_at) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (key) DO UPDATE SET spec = excluded.spec, preset = excluded.preset,
                    updated_at = excluded.updated_at
                """,
                harness.spec().key(),
                Json.write(harness.spec()),
                harness.preset(),
                harness.createdAt(),
                harness.updatedAt());
    }

    Optional<Stored> find(Tx tx, String key) {
        return tx.find("SELECT * FROM harnesses WHERE key = ?", HarnessStore::stored, key);
    }

    boolean exists(Tx tx, String key) {
        return tx.find("SELECT 1 AS one FROM harnesses WHERE key = ?", row -> row.number("one"), key)
                .isPresent();
    }

    List<Stored> list(Tx tx) {
        return tx.list("SELECT * FROM harnesses ORDER BY key", HarnessStore::stored);
    }

    long count(Tx tx) {
        return tx.find("SELECT count(*) AS n FROM harnesses", row -> row.number("n"))
                .orElseThrow();
    }

    /** Whether there was one. */
    boolean delete(Tx tx, String key) {
        return tx.update("DELETE FROM harnesses WHERE key = ?", key) == 1;
    }

    private static Stored stored(Row row) {
        return new Stored(
                Json.read(row.text("spec"), HarnessSpec.class),
                row.textOrNull("preset"),
                row.instant("created_at"),
                row.instant("updated_at"));
    }
}
