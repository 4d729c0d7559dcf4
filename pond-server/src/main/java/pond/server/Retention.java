package pond.server;

import java.time.InstantSource;
import pond.server.db.FilesLock;
import pond.server.http.Answers;
import pond.server.retention.RetentionHandler;
import pond.server.retention.RetentionPolicy;
import pond.server.retention.RetentionService;
import pond.server.retention.RetentionTimer;
import pond.server.runs.Removals;
import pond.server.workerapi.Rooms;

/** The parts of the retention room, wired to each other and to the rooms that it takes from. */
record Retention(RetentionService service, RetentionTimer timer, Removals removals, Storage storage)
        implements AutoCloseable {

    /** Makes passes from now on. */
    static Retention start(
            Storage storage, Rooms rooms, FilesLock filesLock, RetentionPolicy policy, InstantSource clock) {
        Removals removals = new Removals(storage.database());
        RetentionService service = new RetentionService(
                new RetentionService.Around(
                        storage.database(),
                        storage.logDatabase(),
                        rooms.logs(),
                        rooms.artifacts(),
                        rooms.usage(),
                        removals,
                        filesLock),
                policy,
                clock);
        RetentionTimer timer = new RetentionTimer(service, clock);
        timer.start();
        return new Retention(service, timer, removals, storage);
    }

    RetentionHandler handler(Answers answers) {
        return new RetentionHandler(service, timer, storage.database(), storage.logDatabase(), answers);
    }

    @Override
    public void close() {
        timer.close();
    }
}
