package pond.server.contract;

import java.util.Set;
import pond.common.ids.WorkerId;
import pond.server.workerapi.WorkerProtocolService;

/** Calls go straight to the service, as those of the server's own workers do. */
class DirectRouteTest extends WorkerProtocolContract {
    @Override
    protected Party party(String name) {
        WorkerId identity = server.enroll(name);
        return () -> new ThroughJson(new WorkerProtocolService(
                server.rooms, new pond.server.workers.Party(identity, Set.of("pool:trusted"))));
    }
}
