package pond.server.runs;

import java.util.List;
import java.util.Optional;
import pond.common.ids.RunId;
import pond.server.db.Row;
import pond.server.db.Tx;

/** Rows of {@code run_callbacks}: never changed, save that secrets are sealed anew. */
final class CallbackStore {
    /** The callback of one run. */
    record Sealed(RunId run, String url, String secret) {}

    void insert(Tx tx, Sealed callback) {
        tx.update(
                "INSERT INTO run_callbacks (run_id, url, sealed_secret) VALUES (?, ?, ?)",
                callback.run(),
                callback.url(),
                callback.secret());
    }

    Optional<Sealed> find(Tx tx, RunId run) {
        return tx.find("SELECT * FROM run_callbacks WHERE run_id = ?", CallbackStore::sealed, run);
    }

    /** In the order of their runs, after one of them; empty text for the first page. */
    List<Sealed> list(Tx tx, String after, int limit) {
        return tx.list(
                "SELECT * FROM run_callbacks WHERE run_id > ? ORDER BY run_id LIMIT ?",
                CallbackStore::sealed,
                after,
                limit);
    }

    void updateSecret(Tx tx, RunId run, String secret) {
        tx.update("UPDATE run_callbacks SET sealed_secret = ? WHERE run_id = ?", secret, run);
    }

    private static Sealed sealed(Row row) {
        return new Sealed(RunId.of(row.text("run_id")), row.text("url"), row.text("sealed_secret"));
    }
}
