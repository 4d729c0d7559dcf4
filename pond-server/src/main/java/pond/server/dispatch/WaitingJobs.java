package pond.server.dispatch;

import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pond.server.db.Database;

/**
 * What queued jobs say that they wait for. It depends on who is attached, so it is looked at again whenever somebody comes
 * or goes: once for all who do so before the look begins, since after a restart a thousand come at once. Safe for use by
 * several threads.
 */
final class WaitingJobs {
    private static final Logger log = LoggerFactory.getLogger(WaitingJobs.class);

    private final Database database;
    private final Dispatcher dispatcher;
    private final InstantSource clock;
    private final JobStore jobs = new JobStore();
    private final AtomicBoolean asked = new AtomicBoolean();

    WaitingJobs(Database database, Dispatcher dispatcher, InstantSource clock) {
        this.database = database;
        this.dispatcher = dispatcher;
        this.clock = clock;
    }

    /** Who is attached has changed: queued jobs may have found, or lost, everybody who can serve them. */
    void reassess() {
        if (!asked.compareAndSet(false, true)) {
            return;
        }
        CompletableFuture<?> unused = database.change(tx -> {
                    // Before the look, so that whoever comes during it has another one made.
                    asked.set(false);
                    Instant now = clock.instant();
                    jobs.listTurns(tx, needs -> true)
                            .forEach(turn -> dispatcher.queue().reassess(tx, turn, now));
                })
                .whenComplete((done, error) -> {
                    if (error != null) {
                        asked.set(false);
                        log.error("what queued jobs wait for is out of date until a worker comes or goes", error);
                    }
                });
    }
}
