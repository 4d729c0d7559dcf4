package pond.server.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.testing.TestDatabase.get;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import pond.common.api.EnrollmentCodeView;
import pond.common.json.Json;
import pond.common.protocol.Enrolled;
import pond.common.protocol.WorkerProtocol;
import pond.server.enrollment.CodeRequest;
import pond.testing.TestMachine;
import pond.worker.transport.HttpEnrolment;

/** Calls go over HTTP to a real server, by the client that workers elsewhere have. */
class HttpRouteTest extends WorkerProtocolContract {
    private WorkerRoutes routes;

    @BeforeEach
    void listen() {
        routes = new WorkerRoutes(server);
    }

    @AfterEach
    void hangUp() {
        routes.close();
    }

    @Override
    protected Party party(String name) {
        TestMachine machine = new TestMachine(name);
        server.enroll(machine);
        return () -> routes.client(machine.bearer());
    }

    @Test
    void anEnrolmentMayBeRepeatedAndItsBearerIsGoodAtOnce() throws IOException {
        CodeRequest request = CodeRequest.read(Json.readTree("{}"));
        EnrollmentCodeView code = get(
                server.rooms.database().write(tx -> server.rooms.enrollment().create(tx, request)));
        String plaintext = String.valueOf(code.code());
        TestMachine machine = new TestMachine("w");
        try (HttpEnrolment client = HttpEnrolment.open(routes.settings())) {
            Enrolled first = get(client.enroll(plaintext, machine.enroll(plaintext)));

            assertThat(get(client.enroll(plaintext, machine.enroll(plaintext)))).isEqualTo(first);
        }
        WorkerProtocol worker = attach(routes.client(machine.bearer()));
        get(worker.detach());
    }
}
