package pond.server.maintenance;

import java.util.Optional;
import pond.server.db.Tx;

/** Whether jobs are handed out, in the transaction of whoever asks. Holds no state; safe to share. */
public final class MaintenanceMode {
    private final MaintenanceStore store = new MaintenanceStore();

    /** Empty: they are. */
    public Optional<Maintenance> find(Tx tx) {
        return store.find(tx);
    }

    public boolean isOn(Tx tx) {
        return find(tx).isPresent();
    }
}
