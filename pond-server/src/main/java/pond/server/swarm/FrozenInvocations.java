package pond.server.swarm;

import java.util.Optional;
import pond.common.ids.RunId;
import pond.common.json.Json;
import pond.common.swarm.HarnessSpec;
import pond.common.swarm.ModelSpec;
import pond.server.db.Tx;

/** What is frozen for swarm stages, inside the transaction of whoever asks. Holds no state; safe to share. */
public final class FrozenInvocations {
    /** Freezes a stage's invocation; the first one stays. */
    public void insert(Tx tx, RunId run, int position, FrozenInvocation frozen) {
        tx.update("""
                INSERT INTO frozen_invocations (run_id, position, harness, model) VALUES (?, ?, ?, ?)
                ON CONFLICT (run_id, position) DO NOTHING
                """, run, position, Json.write(frozen.harness()), Json.write(frozen.model()));
    }

    /** Empty for a stage of another kind, and for one whose turn has not come. */
    public Optional<FrozenInvocation> find(Tx tx, RunId run, int position) {
        return tx.find(
                "SELECT harness, model FROM frozen_invocations WHERE run_id = ? AND position = ?",
                row -> new FrozenInvocation(
                        Json.read(row.text("harness"), HarnessSpec.class),
                        Json.read(row.text("model"), ModelSpec.class)),
                run,
                position);
    }
}
