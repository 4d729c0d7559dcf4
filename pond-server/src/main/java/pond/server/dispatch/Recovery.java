package pond.server.dispatch;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import pond.server.db.Database;
import pond.server.workers.Worker;
import pond.server.workers.WorkerService;

/** Takes up what a predecessor of this server left; made use of once, before anything is handed out. */
public final class Recovery {
    private final Database database;
    private final WorkerDesk workerDesk;
    private final WorkerService workers;
    private final WorkerDesk.Context context;
    private final JobStore jobs = new JobStore();

    public Recovery(Database database, WorkerDesk workerDesk, WorkerService workers, WorkerDesk.Context context) {
        this.database = database;
        this.workerDesk = workerDesk;
        this.workers = workers;
        this.context = context;
    }

    /**
     * Its own local workers died with it; workers elsewhere may be alive and get a whole lease to speak up, as their jobs
     * do. What nobody could serve waits its grace anew.
     */
    public CompletableFuture<Void> afterStop() {
        return recover(Worker::local);
    }

    /**
     * The same on a state that comes from a backup: what workers elsewhere hold by now is not what it says, so they are
     * lost as well, and attach again.
     */
    public CompletableFuture<Void> afterRestore() {
        return recover(worker -> true);
    }

    private CompletableFuture<Void> recover(Predicate<Worker> gone) {
        List<Worker> left = List.copyOf(workers.listAttached());
        return database.change(tx -> {
            Instant now = context.clock().instant();
            Instant until = now.plus(context.settings().lease());
            for (Worker worker : left) {
                if (gone.test(worker)) {
                    workerDesk.end(tx, worker.id(), WorkerService.Ending.LOST);
                } else {
                    context.stages().postpone(tx, worker.id().toString(), until);
                    jobs.listLeased(tx, worker.id())
                            .forEach(job ->
                                    context.stages().postpone(tx, job.id().toString(), until));
                }
            }
            jobs.restartGrace(tx, now, now.plus(context.settings().noWorkerGrace()));
        });
    }
}
