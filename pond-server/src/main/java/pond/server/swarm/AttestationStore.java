package pond.server.swarm;

import org.jspecify.annotations.Nullable;
import pond.common.ids.RunId;
import pond.server.db.Tx;

/** The verdict on the latest attempt of a stage or of one of its areas: the column {@code attestation} of either. */
final class AttestationStore {
    void update(Tx tx, RunId run, int position, @Nullable String substage, String verdict) {
        if (substage == null) {
            tx.update("UPDATE stages SET attestation = ? WHERE run_id = ? AND position = ?", verdict, run, position);
        } else {
            tx.update(
                    "UPDATE substages SET attestation = ? WHERE run_id = ? AND position = ? AND key = ?",
                    verdict,
                    run,
                    position,
                    substage);
        }
    }
}
