package pond.server.contract;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import pond.common.ids.WorkerId;
import pond.common.protocol.WorkerProtocol;
import pond.testing.TestMachine;

class HttpAgentCallsTest extends AgentCallsContract {
    private @Nullable WorkerRoutes routes;

    @AfterEach
    void hangUp() {
        if (routes != null) {
            routes.close();
        }
    }

    @Override
    protected WorkerProtocol client(TestMachine enrolled, WorkerId identity) {
        WorkerRoutes open = routes == null ? new WorkerRoutes(server) : routes;
        routes = open;
        return open.client(enrolled.bearer());
    }
}
