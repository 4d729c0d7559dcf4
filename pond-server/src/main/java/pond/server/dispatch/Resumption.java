package pond.server.dispatch;

import java.time.Instant;
import java.time.InstantSource;
import pond.server.db.Tx;

/** The end of a maintenance. Runs on the writer's thread. */
public final class Resumption {
    private final LeaseDesk desk;
    private final DispatchSettings settings;
    private final InstantSource clock;
    private final JobStore jobs = new JobStore();

    public Resumption(LeaseDesk desk, DispatchSettings settings, InstantSource clock) {
        this.desk = desk;
        this.settings = settings;
        this.clock = clock;
    }

    /** Jobs are handed out again, and what nobody could serve waits its grace anew. */
    public void resume(Tx tx) {
        Instant now = clock.instant();
        jobs.restartGrace(tx, now, now.plus(settings.noWorkerGrace()));
        tx.afterCommit(desk::reopen);
    }
}
