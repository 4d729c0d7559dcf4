package pond.server.contract;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import pond.server.auth.AuthFilter;
import pond.server.auth.Authenticator;
import pond.server.dispatch.TestDispatch;
import pond.server.enrollment.EnrollmentService;
import pond.server.workerapi.WorkerHandler;
import pond.testing.TestHttp;
import pond.worker.transport.HttpSettings;
import pond.worker.transport.HttpWorkerProtocol;
import pond.worker.transport.ServerAddress;

/** A server's worker routes on a free port, and the real client for them. Closing ends the clients as well. */
final class WorkerRoutes implements AutoCloseable {
    final TestHttp http;
    private final List<HttpWorkerProtocol> clients = new CopyOnWriteArrayList<>();

    WorkerRoutes(TestDispatch server) {
        EnrollmentService enrollment = server.rooms.enrollment();
        Authenticator authenticator = new Authenticator(
                Optional.empty(),
                sha256 -> Optional.empty(),
                Map.of(
                        EnrollmentService.CODE_PREFIX, enrollment::findCode,
                        EnrollmentService.BEARER_PREFIX, enrollment::findBearer));
        http = TestHttp.start((routes, answers) -> {
            new AuthFilter(authenticator).register(routes);
            new WorkerHandler(server.rooms, answers).register(routes);
        });
    }

    /** A new client with a worker's bearer, as if its process had just been started. */
    HttpWorkerProtocol client(String bearer) {
        try {
            HttpWorkerProtocol client = HttpWorkerProtocol.open(settings(), bearer);
            clients.add(client);
            return client;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    HttpSettings settings() {
        return new HttpSettings(
                ServerAddress.of("http://127.0.0.1:" + http.server.port(), false),
                Optional.empty(),
                "test",
                InstantSource.fixed(Instant.EPOCH));
    }

    @Override
    public void close() {
        clients.forEach(HttpWorkerProtocol::close);
        http.close();
    }
}
