package pond.server.maintenance;

import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import pond.server.audit.Actor;
import pond.server.audit.AuditLog;
import pond.server.db.Database;
import pond.server.db.Tx;

/** Switches maintenance on and off. Safe to share. */
public final class MaintenanceService {
    private final Database database;
    private final AuditLog audit;
    private final ToIntFunction<Tx> leased;
    private final MaintenanceMode mode;
    private final InstantSource clock;
    private final MaintenanceStore store = new MaintenanceStore();
    private volatile Consumer<Tx> listener = tx -> {};

    /** @param leased counts the jobs that are in the hands of workers */
    public MaintenanceService(
            Database database, AuditLog audit, ToIntFunction<Tx> leased, MaintenanceMode mode, InstantSource clock) {
        this.database = database;
        this.audit = audit;
        this.leased = leased;
        this.mode = mode;
        this.clock = clock;
    }

    /** Tells of every end of a maintenance, in the transaction in which it ends. */
    public void onEnd(Consumer<Tx> called) {
        listener = called;
    }

    /** How it is now; empty: jobs are handed out. */
    public Optional<Maintenance> find() {
        return database.read(store::find);
    }

    /** As {@link #find}, with what workers have. */
    public MaintenanceView show() {
        return database.read(this::view);
    }

    /**
     * Begins one: when the future is done, nothing more is handed out. Within one it changes the reason.
     *
     * @param reason for all who wait; null for none
     */
    public CompletableFuture<MaintenanceView> begin(@Nullable String reason, Actor who) {
        return database.write(tx -> {
            Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
            store.put(tx, new Maintenance(reason, now, who.name()));
            mode.changed(tx);
            audit.record(tx, who, "maintenance.on", reason == null ? "" : reason);
            return view(tx);
        });
    }

    /** Ends it, if there is one: jobs are handed out again. */
    public CompletableFuture<MaintenanceView> end(Actor who) {
        return database.write(tx -> {
            if (store.delete(tx)) {
                mode.changed(tx);
                audit.record(tx, who, "maintenance.off", "");
                listener.accept(tx);
            }
            return view(tx);
        });
    }

    private MaintenanceView view(Tx tx) {
        int held = leased.applyAsInt(tx);
        return store.find(tx)
                .map(now -> new MaintenanceView(true, now.reason(), now.since(), now.actor(), held))
                .orElseGet(() -> new MaintenanceView(false, null, null, null, held));
    }
}
