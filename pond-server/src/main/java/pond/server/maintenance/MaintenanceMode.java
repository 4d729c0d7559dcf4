package pond.server.maintenance;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import pond.server.db.Tx;

/**
 * Whether jobs are handed out. Whoever hands them out asks with each of them, so what the row says is kept here: this
 * process alone changes the row, and only in transactions that tell of it. Touched by the writer's thread alone, save
 * {@link #find}; there is one of it.
 */
public final class MaintenanceMode {
    private static final MaintenanceStore STORE = new MaintenanceStore();

    /** Null: the row must be read. */
    private @Nullable Boolean on;

    /** Reads the row, in a transaction of any kind. Empty: jobs are handed out. */
    public static Optional<Maintenance> find(Tx tx) {
        return STORE.find(tx);
    }

    /** Whether none are, in a transaction that may hand some out. */
    public boolean isOn(Tx tx) {
        Boolean known = on;
        if (known == null) {
            known = find(tx).isPresent();
            on = known;
        }
        return known;
    }

    /**
     * The row has been changed by this transaction. Who asks next, in the same commit or a later one, reads it, and what
     * they have read is forgotten when nothing of the change stands.
     */
    void changed(Tx tx) {
        on = null;
        tx.ifUndone(() -> on = null);
    }
}
